"""Amazon reviews of 2018 as published: JSON lines of reviews and of item metadata."""

import ibis
from ibis.expr.types import BooleanValue, FloatingValue, JSONValue, StringValue, Table

from siger_pipeline.data.checks import BLANK_LINE, BadLines, separate
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES, conform
from siger_pipeline.data.pairs import first_of
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.values import (
    finite_number,
    is_blank,
    null_if_blank,
    whole_number,
    wrong_type,
)

REVIEWS = "the file of reviews"
METADATA = "the file of metadata"
RECORD = "record"  # a line as JSON, null where it is no JSON object
PRICE = r"^\$?\s*([0-9][0-9,]*(\.[0-9]+)?)$"


@ibis.udf.scalar.builtin
def json_valid(text: str) -> bool:  # type: ignore[empty-body]
    """True where the engine can read the text as JSON."""


def read_interactions(lines: Table, max_bad_share: float) -> tuple[Table, BadLines]:
    """Reviews as interactions.

    A line is bad if it is not a JSON object, lacks `reviewerID` or `asin`, or has an `overall` that
    is not a finite number or a `unixReviewTime` that is not a whole one. Absent or null, these two
    are null in the result: any review counts.

    Args:
        lines: columns `line_number`, `line`, `file`.
        max_bad_share: largest tolerated share of bad lines.

    Returns:
        `line_number`, user, item, rating (double), timestamp (int64, seconds since 1970),
        `timestamp_is_position` (false), split (null); what was left out.

    Raises:
        InputError: more bad lines than tolerated; an empty or unreadable file.
    """
    records = _records(lines)
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
    reason = ibis.cases(
        *_not_a_record(parsed),
        (is_blank(parsed[Columns.USER]), "reviewerID is missing, empty or not text"),
        (is_blank(parsed[Columns.ITEM]), "asin is missing, empty or not text"),
        wrong_type("overall", rating, parsed[Columns.RATING], "a number"),
        wrong_type("unixReviewTime", time, parsed[Columns.TIMESTAMP], "a whole number"),
    )
    parsed = parsed.mutate(**{Columns.REASON: reason}).drop(Columns.LINE, RECORD)
    good, report = separate(parsed, REVIEWS, max_bad_share)
    return conform(good, INTERACTION_TYPES), report


def read_items(lines: Table, max_bad_share: float) -> tuple[Table, BadLines]:
    """Metadata as items, one row an `asin`: of several lines the first counts.

    Texts stay as they are, HTML and all; lists are joined with a blank; what is missing or empty is
    null, and so is a price that is not one amount of dollars.

    Args:
        lines: columns `line_number`, `line`, `file`.
        max_bad_share: largest tolerated share of lines that are no JSON object or lack `asin`.

    Returns:
        item, title, brand, categories, description, price (double), row (null), sorted by item;
        what was left out.

    Raises:
        InputError: more bad lines than tolerated; an empty or unreadable file.
    """
    records = _records(lines)
    record = records[RECORD]
    parsed = records.mutate(
        **{
            Columns.ITEM: record["asin"].str,
            Columns.TITLE: _text(record["title"]),
            Columns.BRAND: _text(record["brand"]),
            Columns.CATEGORIES: _text(record["category"]),
            Columns.DESCRIPTION: _text(record["description"]),
            Columns.PRICE: _dollars(record["price"]),
        }
    )
    no_item = (is_blank(parsed[Columns.ITEM]), "asin is missing, empty or not text")
    parsed = parsed.mutate(**{Columns.REASON: ibis.cases(*_not_a_record(parsed), no_item)})
    good, report = separate(parsed.drop(Columns.LINE, RECORD), METADATA, max_bad_share)
    items = first_of(good, [Columns.ITEM], [Columns.LINE_NUMBER])
    return conform(items, ITEM_TYPES).order_by(Columns.ITEM), report


def _records(lines: Table) -> Table:
    line = lines[Columns.LINE]
    is_object = json_valid(line) & line.strip().startswith("{")
    return lines.mutate(**{RECORD: ibis.ifelse(is_object, line, ibis.null("string")).cast("json")})


def _not_a_record(parsed: Table) -> list[tuple[BooleanValue, str]]:
    return [
        (is_blank(parsed[Columns.LINE]), BLANK_LINE),
        (parsed[RECORD].isnull(), "it is not a JSON object"),
    ]


def _literal(field: JSONValue) -> StringValue:
    """The value as it stands in the file (a text with its quotes), null for null."""
    return field.cast("string").nullif("null")


def _text(field: JSONValue) -> StringValue:
    return null_if_blank(field.str.coalesce(field.try_cast("array<string>").join(" ")))


def _dollars(field: JSONValue) -> FloatingValue:
    amount = field.str.strip().re_extract(PRICE, 1).replace(",", "")
    return amount.try_cast("float64").coalesce(field.float)
