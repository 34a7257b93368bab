"""MicroLens as published: a line of item ids per user, in time order, and a table of titles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import DELIMITED, LINES, RawFile
from siger_pipeline.data.source import Read, Source

if TYPE_CHECKING:
    from ibis.expr.types import StringValue, Table

SEQUENCES = "the file of sequences"
TITLES = "the file of titles"
UNSEPARATED = r"^[^\t ]+\t[^\t ]*[^\t ,;|][,;|][^\t ,;|][^\t ]*[ \t]*$"
SEQUENCE = r"^[^\t ]+\t[^\t ]+( [^\t ]+)*[ \t]*$"
PUBLISHED = "from https://github.com/westlake-repl/MicroLens"


class Config(PartConfig):
    """`ingest.microlens:` of the parameters."""

    sequences: Annotated[
        str,
        RawFile(
            LINES,
            f"MicroLens' pairs file (a line a user: id, tab, item ids in time order), {PUBLISHED}.",
        ),
    ] = Field("MicroLens-50k_pairs.tsv", description="file of the users' sequences of items")
    titles: Annotated[
        str,
        RawFile(
            DELIMITED,
            f"MicroLens' titles (CSV with the header item,title), {PUBLISHED}.",
            {"delimiter": ","},
        ),
    ] = Field("MicroLens-50k_titles.csv", description="file of titles")


def read_interactions(sequences: Table, max_bad_share: float) -> Read:
    """Sequences as interactions: `user`, a tab, then item ids with one blank between them.

    A line of another form is bad, and so is a second line of the same user, since the two have no
    common order.

    Args:
        sequences: columns `line_number`, `line`, `file`.
        max_bad_share: largest tolerated share of bad lines.

    Returns:
        `line_number`, user, item, rating (null), timestamp (int64: the position in the user's
        sequence, from 0), `timestamp_is_position` (true), split (null); what was left out.

    Raises:
        InputError: more bad lines than tolerated; an empty or unreadable file.
    """
    import ibis

    from siger_pipeline.data.checks import separate
    from siger_pipeline.data.layout import INTERACTION_TYPES, conform
    from siger_pipeline.data.schema import Columns

    fields = sequences[Columns.LINE].strip().split("\t")
    parsed = sequences.mutate(**{Columns.USER: fields[0], Columns.ITEM: fields[1].split(" ")})
    earlier = ibis.row_number().over(group_by=Columns.USER, order_by=Columns.LINE_NUMBER)
    again = "its user has a line already: " + parsed[Columns.USER]
    reason = ibis.cases(*_malformed(parsed), (earlier > 0, again))
    parsed = parsed.mutate(**{Columns.REASON: reason})
    good, report = separate(parsed, SEQUENCES, max_bad_share, lines=sequences)
    rows = good.drop(Columns.LINE).unnest(Columns.ITEM, offset=Columns.TIMESTAMP)
    rows = rows.mutate(**{Columns.IS_POSITION: ibis.literal(True)})
    return Read(conform(rows, INTERACTION_TYPES), report.bad, report.remarks())


def _malformed(parsed: Table) -> list[tuple[object, str]]:
    from siger_pipeline.data.checks import BLANK_LINE
    from siger_pipeline.data.schema import Columns
    from siger_pipeline.data.values import is_blank, is_unreadable

    line: StringValue = parsed[Columns.LINE]
    form = "it is not a user, a tab and item ids with one blank between them"
    return [
        (is_blank(line), BLANK_LINE),
        (~line.re_search(SEQUENCE), form),
        (line.re_search(UNSEPARATED), "a blank is wanted between its items"),
        (is_unreadable(line.replace("\t", "")), "it holds more than text"),
    ]


def read_items(titles: Table, max_bad_share: float) -> Read:
    """Titles as items, one row an item: of several the first counts.

    Args:
        titles: raw columns item, title (text), `line_number`, `fields`, `file`; others are not
            read.
        max_bad_share: largest tolerated share of rows without an item.

    Returns:
        item, title, brand, categories, description, price, row (the last five null), sorted by
        item; what was left out.

    Raises:
        InputError: a column is missing; more bad rows than tolerated; an empty file.
    """
    import ibis

    from siger_pipeline.data.checks import separate
    from siger_pipeline.data.layout import ITEM_TYPES, conform
    from siger_pipeline.data.pairs import first_of
    from siger_pipeline.data.raw import require_columns, take, wrong_count
    from siger_pipeline.data.schema import Columns
    from siger_pipeline.data.values import is_blank, is_unreadable, null_if_blank

    columns = require_columns(titles, [Columns.ITEM, Columns.TITLE], TITLES, ",")
    parsed = take(titles, columns)
    reason = ibis.cases(
        *wrong_count(parsed, titles),
        (is_blank(parsed[Columns.ITEM]), "item is missing or empty"),
        (is_unreadable(parsed[Columns.ITEM]), "item holds characters that are not text"),
    )
    title = null_if_blank(parsed[Columns.TITLE])
    parsed = parsed.mutate(**{Columns.TITLE: title, Columns.REASON: reason})
    good, report = separate(parsed, TITLES, max_bad_share)
    items = conform(first_of(good, [Columns.ITEM], [Columns.LINE_NUMBER]), ITEM_TYPES)
    return Read(items.order_by(Columns.ITEM), report.bad, report.remarks())


SOURCE = Source(Config, read_interactions, read_items, has_times=False)
