"""Amazon's metadata of 2014, 2018 and 2023 as items."""

import ibis
from ibis.expr.types import BooleanValue, FloatingValue, JSONValue, StringValue, Table

from siger_pipeline.data.checks import separate
from siger_pipeline.data.described import first_descriptions
from siger_pipeline.data.formats import METADATA, METADATA_2023
from siger_pipeline.data.records import RECORD, no_id_in, not_a_record, records_of, text_of
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.sources.amazon.years import year_of
from siger_pipeline.data.values import null_if_blank

THE_FILE = "the file of metadata"
PRICE = r"^\$?\s*([0-9][0-9,]*(\.[0-9]+)?)$"


def read_metadata(lines: Table, max_bad_share: float) -> Read:
    """Metadata as items, one row an item: of several lines the first counts.

    Texts stay as they are, HTML and all; lists are joined with a blank; what is missing or empty is
    null, and so is a price that is not one amount of dollars.

    Args:
        lines: columns `line_number`, `line`, `file`; JSON.
        max_bad_share: largest tolerated share of lines that are no JSON object, lack the id of an
            item or are reviews.

    Returns:
        item, title, brand, categories, description, features, price (double), image (an address),
        row (null), sorted by item; what was left out, and items that are described again.

    Raises:
        InputError: more bad lines than tolerated; an empty or unreadable file.
    """
    of_2023 = year_of(lines) == "2023"
    item, kind = ("parent_asin", METADATA_2023) if of_2023 else ("asin", METADATA)
    records = records_of(lines)
    record = records[RECORD]
    parsed = records.mutate(
        **{
            Columns.ITEM: record[item].str,
            Columns.TITLE: text_of(record["title"]),
            Columns.BRAND: text_of(record["brand"]).coalesce(text_of(record["store"])),
            Columns.CATEGORIES: text_of(record["category"]).coalesce(text_of(record["categories"])),
            Columns.DESCRIPTION: text_of(record["description"]),
            Columns.FEATURES: text_of(record["feature"]).coalesce(text_of(record["features"])),
            Columns.PRICE: _dollars(record["price"]),
            Columns.IMAGE: _image(record),
        }
    )
    no_item = no_id_in(item, parsed[Columns.ITEM])
    reasons = [*not_a_record(parsed), *_reviews(record), *no_item]
    parsed = parsed.mutate(**{Columns.REASON: ibis.cases(*reasons)})
    parsed = parsed.drop(Columns.LINE, RECORD)
    good, report = separate(parsed, THE_FILE, max_bad_share, lines=lines, kind=kind)
    items, repeated = first_descriptions(good, report.file)
    return Read(items, report.bad, [*report.remarks(), *repeated])


def _reviews(record: JSONValue) -> list[tuple[BooleanValue, str]]:
    return [
        (record[user].notnull(), f"it is a review: it has a {user}")
        for user in ("reviewerID", "user_id")
    ]


def _dollars(field: JSONValue) -> FloatingValue:
    amount = field.str.strip().re_extract(PRICE, 1).replace(",", "")
    return amount.try_cast("float64").coalesce(field.float)


def _image(record: JSONValue) -> StringValue:
    """The address of the first picture, the largest on offer."""
    first = record["images"][0]
    addresses = [
        *(first[size].str for size in ("hi_res", "large", "thumb")),
        *(record[field][0].str for field in ("imageURLHighRes", "imageURL")),
        record["imUrl"].str,
    ]
    return null_if_blank(ibis.coalesce(*map(null_if_blank, addresses)))
