"""Amazon's metadata of 2018 as items."""

import ibis
from ibis.expr.types import FloatingValue, JSONValue, StringValue, Table

from siger_pipeline.data.checks import separate
from siger_pipeline.data.formats import METADATA_2018
from siger_pipeline.data.layout import ITEM_TYPES, conform
from siger_pipeline.data.pairs import first_of
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.sources.amazon.records import RECORD, no_id, not_a_record, records_of
from siger_pipeline.data.values import null_if_blank

METADATA = "the file of metadata"
PRICE = r"^\$?\s*([0-9][0-9,]*(\.[0-9]+)?)$"


def read_metadata(lines: Table, max_bad_share: float) -> Read:
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
    records = records_of(lines)
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
    reasons = [*not_a_record(parsed), is_review, *no_id("asin", parsed[Columns.ITEM])]
    parsed = parsed.mutate(**{Columns.REASON: ibis.cases(*reasons)})
    parsed = parsed.drop(Columns.LINE, RECORD)
    good, report = separate(parsed, METADATA, max_bad_share, lines=lines, kind=METADATA_2018)
    items = conform(first_of(good, [Columns.ITEM], [Columns.LINE_NUMBER]), ITEM_TYPES)
    return Read(items.order_by(Columns.ITEM), report.bad, report.remarks())


def _text(field: JSONValue) -> StringValue:
    return null_if_blank(field.str.coalesce(field.try_cast("array<string>").join(" ")))


def _dollars(field: JSONValue) -> FloatingValue:
    amount = field.str.strip().re_extract(PRICE, 1).replace(",", "")
    return amount.try_cast("float64").coalesce(field.float)
