"""MMRec's published layout: numbered interactions with their split, and a table of the items."""

from collections.abc import Mapping

import ibis
from ibis.expr.types import StringValue, Table

from siger_pipeline.data.checks import BadLines, require_columns, separate
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES, conform
from siger_pipeline.data.numbering import not_a_number, repeated, require_every_number
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.data.values import finite_number, null_if_blank, whole_number, wrong, wrong_type

INTER_FILE = "the .inter file"
ITEM_FILE = "the item file"
USER_NUMBER, ITEM_NUMBER, LABEL = "userID", "itemID", "x_label"
POSITION = "pos"
RATING_TEXT, TIME_TEXT, NUMBER = "rating_text", "time_text", "user_number"
LABELS = {"0": Split.TRAIN.value, "1": Split.VALIDATION.value, "2": Split.TEST.value}
# A published split is taken whole: a line that is left out would change it.
NO_BAD_LINES = 0.0
MEND = "mend the file or fetch it again"


def read_items(mapping: Table, inter: Table, item_columns: Mapping[str, str]) -> Table:
    """The items of the item file, or the numbered items of the interactions where there is none.

    Args:
        mapping: itemID and the columns that `item_columns` names (text), `line_number`, `file`; an
            absent file has the last two only.
        inter: as for `read_interactions`.
        item_columns: our column -> the file's column; `item` is the source's id.

    Returns:
        item, title, brand, categories, description (null where not named or blank), price (null),
        row (the item's number); sorted by row.

    Raises:
        InputError: a column is missing; a number is not whole, negative, occurs twice or is left
            out; an item has no id, or one that occurs twice.
    """
    if set(mapping.columns) <= {Columns.LINE_NUMBER, Columns.FILE}:
        return _unnamed_items(inter)
    require_columns(mapping, [ITEM_NUMBER, *item_columns.values()], ITEM_FILE)
    parsed = mapping.select(
        Columns.LINE_NUMBER,
        Columns.FILE,
        ITEM_NUMBER,
        **{ours: null_if_blank(mapping[theirs]) for ours, theirs in item_columns.items()},
        **{Columns.ROW: whole_number(mapping[ITEM_NUMBER])},
    )
    name = item_columns[Columns.ITEM]
    reason = ibis.cases(
        not_a_number(parsed, ITEM_NUMBER, Columns.ROW),
        (parsed[Columns.ITEM].isnull(), f"{name} is missing or empty"),
        repeated(parsed, ITEM_NUMBER, Columns.ROW),
        repeated(parsed, name, Columns.ITEM),
    )
    parsed = parsed.mutate(**{Columns.REASON: reason})
    good, report = separate(parsed, ITEM_FILE, NO_BAD_LINES, MEND)
    require_every_number(good, ITEM_NUMBER, Columns.ROW, report.file)
    return conform(good, ITEM_TYPES).order_by(Columns.ROW)


def read_interactions(inter: Table, items: Table) -> tuple[Table, BadLines]:
    """Numbered interactions with their published split.

    Args:
        inter: userID, itemID, x_label, where the source has them rating and timestamp or `pos` (the
            place in the user's order); all text; `line_number`, `file`.
        items: columns item, row, as `read_items` gives them.

    Returns:
        `line_number`, user (the number as text), item (the source's id), rating, timestamp,
        `timestamp_is_position`, split; the report of the lines read.

    Raises:
        InputError: a column is missing; a number that is not whole, negative or left out, an item
            beyond the items; a label that is not 0, 1 or 2; a rating or time of the wrong type.
    """
    good, report = _numbered(inter, items.count().to_pyarrow().as_py())
    named = good.join(items.select(Columns.ITEM, Columns.ROW), Columns.ROW)
    return conform(named, INTERACTION_TYPES), report


def _unnamed_items(inter: Table) -> Table:
    good, report = _numbered(inter, None)
    require_every_number(good, ITEM_NUMBER, Columns.ROW, report.file)
    named = good.select(Columns.ROW).distinct().mutate(**{Columns.ITEM: lambda t: t[Columns.ROW]})
    return conform(named, ITEM_TYPES).order_by(Columns.ROW)


def _numbered(inter: Table, n_items: int | None) -> tuple[Table, BadLines]:
    """The lines as numbers (`row` is the item's), refused unless all are good."""
    require_columns(inter, [USER_NUMBER, ITEM_NUMBER, LABEL], INTER_FILE)
    parsed = _parsed(inter)
    rating, time = parsed[RATING_TEXT], parsed[TIME_TEXT]
    reason = ibis.cases(
        not_a_number(parsed, USER_NUMBER, NUMBER),
        not_a_number(parsed, ITEM_NUMBER, Columns.ROW),
        (parsed[Columns.ROW] >= ibis.literal(n_items, "int64"), _beyond(parsed, n_items)),
        (parsed[Columns.SPLIT].isnull(), wrong(LABEL, parsed[LABEL], "0, 1 or 2")),
        wrong_type("rating", rating, parsed[Columns.RATING], "a number"),
        wrong_type("its time", time, parsed[Columns.TIMESTAMP], "a whole number"),
    )
    parsed = parsed.mutate(**{Columns.REASON: reason})
    good, report = separate(parsed, INTER_FILE, NO_BAD_LINES, MEND)
    require_every_number(good, USER_NUMBER, NUMBER, report.file)
    return good, report


def _parsed(inter: Table) -> Table:
    time = POSITION if Columns.TIMESTAMP not in inter.columns else Columns.TIMESTAMP
    texts = inter.mutate(
        **{RATING_TEXT: _optional(inter, Columns.RATING), TIME_TEXT: _optional(inter, time)}
    )
    return texts.mutate(
        **{
            NUMBER: whole_number(texts[USER_NUMBER]),
            Columns.ROW: whole_number(texts[ITEM_NUMBER]),
            Columns.SPLIT: texts[LABEL].cases(*LABELS.items(), else_=None),
            Columns.RATING: finite_number(texts[RATING_TEXT]),
            Columns.TIMESTAMP: whole_number(texts[TIME_TEXT]),
            Columns.IS_POSITION: ibis.literal(time == POSITION and POSITION in inter.columns),
        }
    ).mutate(**{Columns.USER: lambda t: t[NUMBER].cast("string")})


def _optional(table: Table, column: str) -> StringValue:
    return null_if_blank(table[column]) if column in table.columns else ibis.null("string")


def _beyond(parsed: Table, n_items: int | None) -> StringValue:
    number = parsed[Columns.ROW].cast("string")
    return "itemID " + number + f" is beyond the item file, which has {n_items} items"
