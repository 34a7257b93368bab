"""Amazon reviews of 2014, 2018 and 2023 as interactions."""

import ibis
from ibis.expr.types import BooleanValue, JSONValue, StringValue, Table

from siger_pipeline.data.checks import BLANK_LINE, separate
from siger_pipeline.data.layout import INTERACTION_TYPES, conform
from siger_pipeline.data.records import RECORD, no_id_in, not_a_record, records_of
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.sources.amazon.years import (
    LOOKED_AT,
    OF_2023,
    ReviewFields,
    csv_header,
    review_fields,
    year_of,
)
from siger_pipeline.data.values import finite_number, is_blank, whole_number, wrong_type

THE_FILE = "the file of reviews"
RATING_TEXT, TIME_TEXT = "rating as text", "time as text"
Reasons = list[tuple[BooleanValue, str]]


def read_reviews(lines: Table, max_bad_share: float, timed: bool = True) -> Read:
    """Reviews as interactions, of the year that the first lines tell.

    A line is bad if it is not a record, lacks the user or the item, or, where times count, has a
    time that is not a whole number. Ratings, which no stage needs, and times are null in the result
    where they are absent or cannot be read: any review counts.

    Args:
        lines: columns `line_number`, `line`, `file`: JSON objects, or the CSV of 2023.
        max_bad_share: largest tolerated share of bad lines.
        timed: whether the split needs times.

    Returns:
        `line_number`, user, item, rating (double), timestamp (int64, since 1970: seconds, or in
        2023 milliseconds), `timestamp_is_position` (false), split and user_row (null); what was
        left out.

    Raises:
        InputError: more bad lines than tolerated; an empty or unreadable file.
    """
    names = csv_header(lines.limit(LOOKED_AT)[Columns.LINE].to_pyarrow().to_pylist())
    if names:
        fields = OF_2023
        texts, no_record = _of_csv(lines, names)
    else:
        fields = review_fields(year_of(lines))
        texts, no_record = _of_records(lines, fields)
    parsed = texts.mutate(
        **{
            Columns.RATING: finite_number(texts[RATING_TEXT]),
            Columns.TIMESTAMP: whole_number(texts[TIME_TEXT]),
            Columns.IS_POSITION: ibis.literal(False),
        }
    )
    time, rating = parsed[TIME_TEXT], parsed[RATING_TEXT]
    no_time = wrong_type(fields.time, time, parsed[Columns.TIMESTAMP], "a whole number")
    no_rating = wrong_type(fields.rating, rating, parsed[Columns.RATING], "a number")
    reason = ibis.cases(
        *no_record,
        *no_id_in(fields.user, parsed[Columns.USER]),
        *no_id_in(fields.item, parsed[Columns.ITEM]),
        *([no_time] if timed else []),
    )
    note = ibis.cases(no_rating, no_time)
    parsed = parsed.mutate(**{Columns.REASON: reason, Columns.NOTE: note})
    parsed = parsed.drop(Columns.LINE, *({RECORD} & set(parsed.columns)), RATING_TEXT, TIME_TEXT)
    good, report = separate(parsed, THE_FILE, max_bad_share, lines=lines, kind=fields.kind)
    return Read(conform(good, INTERACTION_TYPES), report.bad, report.remarks())


def _of_records(lines: Table, fields: ReviewFields) -> tuple[Table, Reasons]:
    """The values of JSON lines as text, and where a line is no record."""
    records = records_of(lines)
    record = records[RECORD]
    texts = records.mutate(
        **{
            Columns.USER: record[fields.user].str,
            Columns.ITEM: record[fields.item].str,
            RATING_TEXT: _literal(record[fields.rating]),
            TIME_TEXT: _literal(record[fields.time]),
        }
    )
    return texts, not_a_record(texts)


def _literal(field: JSONValue) -> StringValue:
    """The value as the file has it (a text with its quotes), null for null."""
    return field.cast("string").nullif("null")


def _of_csv(lines: Table, names: list[str]) -> tuple[Table, Reasons]:
    """The values of the lines below a header as text, and where a line is no row of it."""
    filled = lines.filter(~is_blank(lines[Columns.LINE]))
    header = filled[Columns.LINE_NUMBER].min().to_pyarrow().as_py()
    rows = lines.filter(lines[Columns.LINE_NUMBER] > header)
    line = rows[Columns.LINE]
    split = line.split(",")

    def value(name: str) -> StringValue:
        if name not in names:
            return ibis.null("string")
        return split[names.index(name)].re_replace('^"(.*)"$', r"\1").nullif("")

    texts = rows.mutate(
        **{
            Columns.USER: value(OF_2023.user),
            Columns.ITEM: value(OF_2023.item),
            RATING_TEXT: value(OF_2023.rating),
            TIME_TEXT: value(OF_2023.time),
        }
    )
    wrong = f"it has not the {len(names)} fields of the header"
    return texts, [(is_blank(line), BLANK_LINE), (split.length() != len(names), wrong)]
