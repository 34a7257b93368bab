"""MicroLens' interactions: sequences of items a user, or pairs with times."""

import ibis
from ibis.expr.types import StringValue, Table

from siger_pipeline.data.checks import BLANK_LINE, separate
from siger_pipeline.data.layout import INTERACTION_TYPES, conform
from siger_pipeline.data.raw import require_columns, take, wrong_count
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.values import is_blank, is_unreadable, no_id, whole_number, wrong_type

SEQUENCES = "the file of sequences"
PAIRS = "the file of pairs"
UNSEPARATED = r"^[^\t ]+\t[^\t ]*[^\t ,;|][,;|][^\t ,;|][^\t ]*[ \t]*$"
SEQUENCE = r"^[^\t ]+\t[^\t ]+( [^\t ]+)*[ \t]*$"
IDS = (Columns.USER, Columns.ITEM)
TIME_TEXT = "time as text"


def read_sequences(sequences: Table, max_bad_share: float) -> Read:
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
    line: StringValue = parsed[Columns.LINE]
    form = "it is not a user, a tab and item ids with one blank between them"
    return [
        (is_blank(line), BLANK_LINE),
        (~line.re_search(SEQUENCE), form),
        (line.re_search(UNSEPARATED), "a blank is wanted between its items"),
        (is_unreadable(line.replace("\t", "")), "it holds more than text"),
    ]


def read_pairs(pairs: Table, max_bad_share: float, timed: bool) -> Read:
    """Pairs of a user and an item with their times.

    Args:
        pairs: raw columns user, item, timestamp (text), `line_number`, `fields`, `file`.
        max_bad_share: largest tolerated share of lines without a user or an item or, where times
            count, with a time that is not a whole number.
        timed: whether the split needs times.

    Returns:
        `line_number`, user, item, rating (null), timestamp (int64, as in the file: milliseconds),
        `timestamp_is_position` (false), split (null); what was left out.

    Raises:
        InputError: a column is missing; more bad lines than tolerated; an empty file.
    """
    columns = require_columns(pairs, [*IDS, Columns.TIMESTAMP], PAIRS, ",")
    parsed = take(
        pairs, {**{name: columns[name] for name in IDS}, TIME_TEXT: columns[Columns.TIMESTAMP]}
    )
    parsed = parsed.mutate(
        **{
            Columns.TIMESTAMP: whole_number(parsed[TIME_TEXT]),
            Columns.IS_POSITION: ibis.literal(False),
        }
    )
    no_time = wrong_type(
        Columns.TIMESTAMP, parsed[TIME_TEXT], parsed[Columns.TIMESTAMP], "a whole number"
    )
    no_ids = [reason for name in IDS for reason in no_id(name, parsed[name])]
    reason = ibis.cases(*wrong_count(parsed, pairs), *no_ids, *([no_time] if timed else []))
    parsed = parsed.mutate(**{Columns.REASON: reason, Columns.NOTE: ibis.cases(no_time)})
    good, report = separate(parsed.drop(TIME_TEXT), PAIRS, max_bad_share)
    return Read(conform(good, INTERACTION_TYPES), report.bad, report.remarks())
