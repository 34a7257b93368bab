"""Amazon reviews of 2018 as interactions."""

import ibis
from ibis.expr.types import JSONValue, StringValue, Table

from siger_pipeline.data.checks import separate
from siger_pipeline.data.formats import REVIEWS_2018
from siger_pipeline.data.layout import INTERACTION_TYPES, conform
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.sources.amazon.records import RECORD, no_id, not_a_record, records_of
from siger_pipeline.data.values import finite_number, whole_number, wrong_type

REVIEWS = "the file of reviews"


def read_reviews(lines: Table, max_bad_share: float, timed: bool = True) -> Read:
    """Reviews as interactions.

    A line is bad if it is not a JSON object, lacks `reviewerID` or `asin`, or, where times count,
    has a `unixReviewTime` that is not a whole number. `overall`, which no stage needs, and the time
    are null in the result where they are absent or cannot be read: any review counts.

    Args:
        lines: columns `line_number`, `line`, `file`.
        max_bad_share: largest tolerated share of bad lines.
        timed: whether the split needs times.

    Returns:
        `line_number`, user, item, rating (double), timestamp (int64, seconds since 1970),
        `timestamp_is_position` (false), split and user_row (null); what was left out.

    Raises:
        InputError: more bad lines than tolerated; an empty or unreadable file.
    """
    records = records_of(lines)
    record = records[RECORD]
    rating, time = _literal(record["overall"]), _literal(record["unixReviewTime"])
    parsed = records.mutate(
        **{
            Columns.USER: record["reviewerID"].str,
            Columns.ITEM: record["asin"].str,
            Columns.RATING: finite_number(rating),
            Columns.TIMESTAMP: whole_number(time),
            Columns.IS_POSITION: ibis.literal(False),
        }
    )
    no_time = wrong_type("unixReviewTime", time, parsed[Columns.TIMESTAMP], "a whole number")
    no_rating = wrong_type("overall", rating, parsed[Columns.RATING], "a number")
    reason = ibis.cases(
        *not_a_record(parsed),
        *no_id("reviewerID", parsed[Columns.USER]),
        *no_id("asin", parsed[Columns.ITEM]),
        *([no_time] if timed else []),
    )
    note = ibis.cases(no_rating, no_time)
    parsed = parsed.mutate(**{Columns.REASON: reason, Columns.NOTE: note})
    parsed = parsed.drop(Columns.LINE, RECORD)
    good, report = separate(parsed, REVIEWS, max_bad_share, lines=lines, kind=REVIEWS_2018)
    return Read(conform(good, INTERACTION_TYPES), report.bad, report.remarks())


def _literal(field: JSONValue) -> StringValue:
    """The value as the file has it (a text with its quotes), null for null."""
    return field.cast("string").nullif("null")
