"""Amazon reviews of 2018 as published: JSON lines of reviews and of item metadata."""

import ibis
from ibis.expr.types import BooleanValue, FloatingValue, JSONValue, StringValue, Table

from siger_pipeline.data.checks import BLANK_LINE, BadLines, separate
from siger_pipeline.data.formats import METADATA_2018, REVIEWS_2018
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES, conform
from siger_pipeline.data.pairs import first_of
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.values import (
    finite_number,
    is_blank,
    is_unreadable,
    null_if_blank,
    whole_number,
    wrong_type,
)

REVIEWS = "the file of reviews"
METADATA = "the file of metadata"
RECORD = "record"  # a line as JSON, null where it is no JSON object
PAIR_OF_ESCAPES = r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
LONE_ESCAPE = r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
CONTROLS = r"[\x00-\x08\x0b-\x1f]"
# They stand for a backslash while others are looked at: of an escaped one, of a pair.
ESCAPED_BACKSLASH, BACKSLASH = "\x1e", "\x1f"
PRICE = r"^\$?\s*([0-9][0-9,]*(\.[0-9]+)?)$"


@ibis.udf.scalar.builtin
def json_valid(text: str) -> bool:  # type: ignore[empty-body]
    """True where the engine can read the text as JSON."""


def read_interactions(
    lines: Table, max_bad_share: float, timed: bool = True
) -> tuple[Table, BadLines]:
    """Reviews as interactions.

    A line is bad if it is not a JSON object, lacks `reviewerID` or `asin`, or, where times count,
    has a `unixReviewTime` that is not a whole number. `overall`, which nothing needs, and the time
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
    no_time = wrong_type("unixReviewTime", time, parsed[Columns.TIMESTAMP], "a whole number")
    no_rating = wrong_type("overall", rating, parsed[Columns.RATING], "a number")
    reason = ibis.cases(
        *_not_a_record(parsed),
        *_no_id("reviewerID", parsed[Columns.USER]),
        *_no_id("asin", parsed[Columns.ITEM]),
        *([no_time] if timed else []),
    )
    note = ibis.cases(no_rating, no_time)
    parsed = parsed.mutate(**{Columns.REASON: reason, Columns.NOTE: note})
    parsed = parsed.drop(Columns.LINE, RECORD)
    good, report = separate(parsed, REVIEWS, max_bad_share, lines=lines, kind=REVIEWS_2018)
    return conform(good, INTERACTION_TYPES), report


def read_items(lines: Table, max_bad_share: float) -> tuple[Table, BadLines]:
    """Metadata as items, one row an `asin`: of several lines the first counts.

    Texts stay as they are, HTML and all; lists are joined with a blank; what is missing or empty is
    null, and so is a price that is not one amount of dollars.

    Args:
        lines: columns `line_number`, `line`, `file`.
        max_bad_share: largest tolerated share of lines that are no JSON object, lack `asin` or are
            reviews.

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
    is_review = (record["reviewerID"].notnull(), "it is a review: it has a reviewerID")
    reasons = [*_not_a_record(parsed), is_review, *_no_id("asin", parsed[Columns.ITEM])]
    parsed = parsed.mutate(**{Columns.REASON: ibis.cases(*reasons)})
    parsed = parsed.drop(Columns.LINE, RECORD)
    good, report = separate(parsed, METADATA, max_bad_share, lines=lines, kind=METADATA_2018)
    items = first_of(good, [Columns.ITEM], [Columns.LINE_NUMBER])
    return conform(items, ITEM_TYPES).order_by(Columns.ITEM), report


def _records(lines: Table) -> Table:
    line = lines[Columns.LINE]
    readable = ibis.ifelse(json_valid(line), line, _mended(line))
    mended = lines.mutate(**{RECORD: readable})
    text = mended[RECORD]
    is_object = json_valid(text) & text.strip().startswith("{")
    return mended.mutate(**{RECORD: ibis.ifelse(is_object, text, ibis.null("string")).cast("json")})


def _mended(line: StringValue) -> StringValue:
    """The line with U+FFFD for what strict JSON forbids: half a surrogate pair, control characters.

    Other programs write such texts, and most of them are in fields that nobody reads.
    """
    text = line.re_replace(CONTROLS, r"\\ufffd").replace("\t", " ")
    text = text.replace("\\\\", ESCAPED_BACKSLASH)
    text = text.re_replace(PAIR_OF_ESCAPES, rf"{BACKSLASH}u\1{BACKSLASH}u\2")
    text = text.re_replace(LONE_ESCAPE, r"\\ufffd")
    return text.replace(BACKSLASH, "\\").replace(ESCAPED_BACKSLASH, "\\\\")


def _no_id(field: str, found: StringValue) -> list[tuple[BooleanValue, str]]:
    return [
        (is_blank(found), f"{field} is missing, empty or not text"),
        (is_unreadable(found), f"{field} holds characters that are not text"),
    ]


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
