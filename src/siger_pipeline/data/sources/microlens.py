"""MicroLens as published: a line of item ids per user, in time order, and a table of titles."""

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.checks import BLANK_LINE, BadLines, separate
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES, conform
from siger_pipeline.data.pairs import first_of
from siger_pipeline.data.raw import require_columns, take, wrong_count
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.values import is_blank, is_unreadable, null_if_blank

SEQUENCES = "the file of sequences"
TITLES = "the file of titles"
UNSEPARATED = r"^[^\t ]+\t[^\t ]*[^\t ,;|][,;|][^\t ,;|][^\t ]*[ \t]*$"
SEQUENCE = r"^[^\t ]+\t[^\t ]+( [^\t ]+)*[ \t]*$"


def read_interactions(lines: Table, max_bad_share: float) -> tuple[Table, BadLines]:
    """Sequences as interactions: `user`, a tab, then item ids with one blank between them.

    A line of another form is bad, and so is a second line of the same user, since the two have no
    common order.

    Args:
        lines: columns `line_number`, `line`, `file`.
        max_bad_share: largest tolerated share of bad lines.

    Returns:
        `line_number`, user, item, rating (null), timestamp (int64: the place in the user's
        sequence, from 0), `timestamp_is_position` (true), split (null); what was left out.

    Raises:
        InputError: more bad lines than tolerated; an empty or unreadable file.
    """
    fields = lines[Columns.LINE].strip().split("\t")
    parsed = lines.mutate(**{Columns.USER: fields[0], Columns.ITEM: fields[1].split(" ")})
    earlier = ibis.row_number().over(group_by=Columns.USER, order_by=Columns.LINE_NUMBER)
    form = "it is not a user, a tab and item ids with one blank between them"
    reason = ibis.cases(
        (is_blank(parsed[Columns.LINE]), BLANK_LINE),
        (~parsed[Columns.LINE].re_search(SEQUENCE), form),
        (parsed[Columns.LINE].re_search(UNSEPARATED), "a blank is wanted between its items"),
        (is_unreadable(parsed[Columns.LINE].replace("\t", "")), "it holds more than text"),
        (earlier > 0, "its user has a line already: " + parsed[Columns.USER]),
    )
    parsed = parsed.mutate(**{Columns.REASON: reason})
    good, report = separate(parsed, SEQUENCES, max_bad_share, lines=lines)
    places = good.drop(Columns.LINE).unnest(Columns.ITEM, offset=Columns.TIMESTAMP)
    places = places.mutate(**{Columns.IS_POSITION: ibis.literal(True)})
    return conform(places, INTERACTION_TYPES), report


def read_items(titles: Table, max_bad_share: float) -> tuple[Table, BadLines]:
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
    items = first_of(good, [Columns.ITEM], [Columns.LINE_NUMBER])
    return conform(items, ITEM_TYPES).order_by(Columns.ITEM), report
