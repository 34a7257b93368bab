"""MMRec's `.inter` file: numbered interactions with their published split."""

from collections.abc import Callable, Mapping

import ibis
from ibis.expr.types import StringValue, Table, Value

from siger_pipeline.data.checks import BadLines, separate
from siger_pipeline.data.config import Strategy, needs_label, needs_time
from siger_pipeline.data.labels import of_number, require_one_label
from siger_pipeline.data.layout import INTERACTION_TYPES, conform
from siger_pipeline.data.numbered.numbering import not_a_number, require_every_number
from siger_pipeline.data.raw import find, require_columns, take, wrong_count
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.values import (
    finite_number,
    null_if_blank,
    whole_number,
    wrong,
    wrong_type,
)
from siger_pipeline.errors import InputError

INTER_FILE = "the .inter file"
USER_NUMBER, ITEM_NUMBER, LABEL = "userID", "itemID", "x_label"
POSITION = "pos"
RATING_TEXT, TIME = "rating as text", "time as text"
PAIR = {Columns.USER_ROW: USER_NUMBER, Columns.ROW: ITEM_NUMBER}
NOTHING = ibis.null("string")
# A published split is taken whole: a line that is left out would change it.
NO_BAD_LINES = 0.0
MEND = "mend the file or fetch it again"


def item_numbers(inter: Table) -> Table:
    """The numbers of the items that have an interaction.

    Args:
        inter: as for `read_numbered`.

    Returns:
        row, one row an item.

    Raises:
        InputError: a number is not whole, negative or left out.
    """
    good, report = _numbered(inter, None, strategy=None)
    require_every_number(good, ITEM_NUMBER, Columns.ROW, report.file)
    return good.select(Columns.ROW).distinct()


def read_numbered(
    inter: Table, items: Table, users: Table | None, strategy: str = Strategy.PUBLISHED
) -> Read:
    """Numbered interactions with their published split.

    Args:
        inter: raw columns userID, itemID; x_label, where the split is the published one; where the
            source has them rating and timestamp or `pos` (the position in the user's order).
        items: columns item, row, as `read_items` gives them.
        users: columns user, row, as `read_users` gives them; None: users are their numbers.
        strategy: of the split: a value that it does not need is null where it cannot be read.

    Returns:
        `line_number`, user (the source's id, or the number as text), item (the source's id),
        rating, timestamp, `timestamp_is_position`, split, user_row; remarks on values that cannot
        be read.

    Raises:
        InputError: a column is missing; a number that is not whole, negative or left out, an item
            beyond the items; a label that is not 0, 1 or 2, a pair that has two, a time of the
            wrong type, where these are needed; a user that the user file does not have.
    """
    good, report = _numbered(inter, items.count().to_pyarrow().as_py(), strategy)
    if needs_label(strategy):
        require_one_label(good, report.file, LABEL, PAIR)
    named = good.join(items.select(Columns.ITEM, Columns.ROW), Columns.ROW)
    named = named.mutate(**{Columns.USER: named[Columns.USER_ROW].cast("string")})
    rows = conform(_with_users(named, users, report.file), INTERACTION_TYPES)
    return Read(rows, report.bad, report.remarks())


def _with_users(rows: Table, users: Table | None, file: str) -> Table:
    if users is None:
        return rows
    ids = users.rename({Columns.USER_ROW: Columns.ROW})
    unknown = rows.anti_join(ids, Columns.USER_ROW)[Columns.USER_ROW].min().to_pyarrow().as_py()
    if unknown is not None:
        raise InputError(
            f"{file}: userID {unknown} is not in the user file: add it there, or take that file "
            "away, and users are named by their numbers."
        )
    return rows.drop(Columns.USER).join(ids, Columns.USER_ROW)


def _numbered(inter: Table, n_items: int | None, strategy: str | None) -> tuple[Table, BadLines]:
    """The lines as numbers (`row` is the item's), refused unless all are good.

    Without a strategy, only users and items must be readable.
    """
    columns = _columns(inter, strategy)
    parsed = _parsed(inter, columns)
    no_label = (parsed[Columns.SPLIT].isnull(), wrong(LABEL, parsed[LABEL], "0, 1 or 2"))
    no_time = wrong_type("its time", parsed[TIME], parsed[Columns.TIMESTAMP], "a whole number")
    no_rating = wrong_type("rating", parsed[RATING_TEXT], parsed[Columns.RATING], "a number")
    reason = ibis.cases(
        *wrong_count(parsed, inter),
        not_a_number(parsed, USER_NUMBER, Columns.USER_ROW),
        not_a_number(parsed, ITEM_NUMBER, Columns.ROW),
        (parsed[Columns.ROW] >= ibis.literal(n_items, "int64"), _beyond(parsed, n_items)),
        *([no_label] if strategy and needs_label(strategy) else []),
        *([no_time] if strategy and needs_time(strategy) else []),
    )
    odd_label = (no_label[0] & parsed[LABEL].notnull(), no_label[1])
    notes = {RATING_TEXT: no_rating, TIME: no_time, LABEL: odd_label}
    note = [noted for name, noted in notes.items() if columns[name]]
    parsed = parsed.mutate(
        **{Columns.REASON: reason, Columns.NOTE: ibis.cases(*note) if note else NOTHING}
    )
    # The texts themselves are not needed any more: fewer columns take less time.
    numbers = parsed.drop(USER_NUMBER, ITEM_NUMBER, *notes)
    good, report = separate(numbers, INTER_FILE, NO_BAD_LINES, MEND)
    require_every_number(good, USER_NUMBER, Columns.USER_ROW, report.file)
    return good, report


def _columns(inter: Table, strategy: str | None) -> dict[str, str | None]:
    """The columns of the file that are read; None where it lacks one that nothing needs."""
    labelled = [LABEL] if strategy and needs_label(strategy) else []
    columns = require_columns(inter, [USER_NUMBER, ITEM_NUMBER, *labelled], INTER_FILE, "\t")
    time = find(inter, Columns.TIMESTAMP) or find(inter, POSITION)
    rating = find(inter, Columns.RATING)
    return {**columns, LABEL: find(inter, LABEL), TIME: time, RATING_TEXT: rating}


def _parsed(inter: Table, columns: Mapping[str, str | None]) -> Table:
    texts = take(inter, columns)
    is_position = columns[TIME] is not None and columns[TIME] == find(inter, POSITION)
    parsed = texts.mutate(
        **{
            Columns.USER_ROW: whole_number(texts[USER_NUMBER]),
            Columns.ROW: whole_number(texts[ITEM_NUMBER]),
            Columns.IS_POSITION: ibis.literal(is_position),
        }
    )
    # No expression for a column that the file lacks: each takes time to compile.
    for name, (ours, kind, read) in OPTIONAL.items():
        text = null_if_blank(texts[name]) if columns[name] else NOTHING
        value = read(texts[name]) if columns[name] else ibis.null(kind)
        parsed = parsed.mutate(**{name: text, ours: value})
    return parsed


# Columns that not every file has: our column, its type, and how it is read.
OPTIONAL: Mapping[str, tuple[str, str, Callable[[StringValue], Value]]] = {
    LABEL: (Columns.SPLIT, "string", of_number),
    RATING_TEXT: (Columns.RATING, "float64", finite_number),
    TIME: (Columns.TIMESTAMP, "int64", whole_number),
}


def _beyond(parsed: Table, n_items: int | None) -> StringValue:
    number = parsed[Columns.ROW].cast("string")
    return "itemID " + number + f" is beyond the item file, which has {n_items} items"
