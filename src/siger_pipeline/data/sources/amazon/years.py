"""Which year's format Amazon's files have, by the fields of their first records."""

import json
from dataclasses import dataclass
from typing import Any, Final

from ibis.expr.types import Table

from siger_pipeline.data.formats import METADATA, REVIEWS, REVIEWS_2023
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

LOOKED_AT = 100  # records
IDS_2023: Final = {"user_id", "parent_asin"}
# Fields that only one year has; 2014 and 2018 share the names of ids, ratings and times.
TELLING: Final = {
    "2023": {"parent_asin"},
    "2018": {
        *("verified", "vote", "style", "category", "feature", "main_cat", "also_buy", "tech1"),
        *("imageURL", "imageURLHighRes", "similar_item", "rank"),
    },
    "2014": {"helpful", "imUrl", "salesRank", "related", "categories"},
}


@dataclass(frozen=True)
class ReviewFields:
    """The fields of a year's reviews that are read.

    Attributes:
        user: id of the user.
        item: id of the item.
        rating: stars.
        time: of the review.
        kind: what `formats` calls such a file.
    """

    user: str
    item: str
    rating: str
    time: str
    kind: str


OLDER: Final = ReviewFields("reviewerID", "asin", "overall", "unixReviewTime", REVIEWS)
OF_2023: Final = ReviewFields("user_id", "parent_asin", "rating", "timestamp", REVIEWS_2023)


def review_fields(year: str | None) -> ReviewFields:
    """The fields of the reviews of a year."""
    return OF_2023 if year == "2023" else OLDER


def year_of(lines: Table) -> str | None:
    """The year of the data set that a file belongs to; None where its first records do not tell.

    Args:
        lines: columns `line_number`, `line`, `file`; JSON, or CSV with a header.
    """
    first = lines.limit(LOOKED_AT)[Columns.LINE].to_pyarrow().to_pylist()
    if csv_header(first):
        return "2023"
    known = {field for line in first for field in _object(line)}
    return next((year for year, fields in TELLING.items() if known & fields), None)


def csv_header(first: list[str | None]) -> list[str]:
    """The columns of the CSV files of 2023, empty where the lines are not of one."""
    written = next((line for line in first if line and line.strip()), "")
    names = [name.strip().strip('"') for name in written.split(",")]
    return names if set(names) >= IDS_2023 else []


def require_one_year(metadata: Table, reviews: Table) -> None:
    """Refuse metadata of another year than the reviews: ids of items changed their meaning.

    Raises:
        InputError: it names both files with their years.
    """
    years = year_of(metadata), year_of(reviews)
    if None in years or years[0] == years[1]:
        return
    files = [_file(table, what) for table, what in ((metadata, METADATA), (reviews, REVIEWS))]
    raise InputError(
        f"{files[0]} belongs to Amazon {years[0]}, {files[1]} to Amazon {years[1]}: take both of"
        " the same year (ingest.amazon.metadata, ingest.amazon.reviews)."
    )


def _file(table: Table, what: str) -> str:
    rows = table.select(Columns.FILE).limit(1).to_pyarrow().to_pylist()
    return str(rows[0][Columns.FILE]) if rows else what


def _object(line: str | None) -> dict[str, Any]:
    try:
        value = json.loads(line or "")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
