"""Amazon reviews of 2018 as published: JSON lines of reviews and of item metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import LINES, RawFile
from siger_pipeline.data.source import Read, Source

if TYPE_CHECKING:
    from ibis.expr.types import Table

PUBLISHED = "from J. Ni's page https://nijianmo.github.io/amazon"


class Config(PartConfig):
    """`ingest.amazon:` of the parameters."""

    reviews: Annotated[
        str,
        RawFile(
            LINES,
            "Amazon reviews 2018, a category's reviews as gzip JSON lines (5-core or all), "
            f"{PUBLISHED}.",
        ),
    ] = Field("reviews.json.gz", description="file of reviews")
    metadata: Annotated[
        str,
        RawFile(
            LINES,
            f"Amazon reviews 2018, a category's metadata as gzip JSON lines, {PUBLISHED}.",
        ),
    ] = Field("metadata.json.gz", description="file of item metadata")


def read_interactions(reviews: Table, max_bad_share: float, strategy: str) -> Read:
    """Reviews as interactions; see `reviews`."""
    from siger_pipeline.data.config import needs_time
    from siger_pipeline.data.sources.amazon.reviews import read_reviews

    return read_reviews(reviews, max_bad_share, needs_time(strategy))


def read_items(metadata: Table, max_bad_share: float) -> Read:
    """Metadata as items; see `metadata`."""
    from siger_pipeline.data.sources.amazon.metadata import read_metadata

    return read_metadata(metadata, max_bad_share)


SOURCE = Source(Config, read_interactions, read_items)
