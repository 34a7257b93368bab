"""Amazon reviews of 2014, 2018 and 2023 as published: reviews and item metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import DELIMITED, RECORDS, RawFile
from siger_pipeline.data.source import Read, Source

if TYPE_CHECKING:
    from ibis.expr.types import Table

PUBLISHED = (
    "from https://cseweb.ucsd.edu/~jmcauley/datasets/amazon/links.html (2014), "
    "https://nijianmo.github.io/amazon (2018) or https://amazon-reviews-2023.github.io (2023)"
)
REVIEWS = f"Amazon reviews, a category's reviews as JSON lines, or the CSV of 2023, {PUBLISHED}."
PART = "A part of the ready splits of Amazon 2023 (last_out or timestamp), {}.".format(
    "from https://amazon-reviews-2023.github.io"
)
MMREC = "from MMRec's data folder of the category, which https://github.com/enoche/MMRec links to."
TABS = {"delimiter": "\t"}


class Config(PartConfig):
    """`ingest.amazon:` of the parameters."""

    reviews: Annotated[str, RawFile(RECORDS, REVIEWS)] = Field(
        "reviews.json.gz", description="file of reviews; of the training part where others follow"
    )
    validation: Annotated[str | None, RawFile(RECORDS, PART)] = Field(
        None, description="file of the validation part of a ready split"
    )
    test: Annotated[str | None, RawFile(RECORDS, PART)] = Field(
        None, description="file of its test part"
    )
    metadata: Annotated[
        str,
        RawFile(RECORDS, f"Amazon reviews, a category's metadata, a record a line, {PUBLISHED}."),
    ] = Field("metadata.json.gz", description="file of item metadata")
    split_interactions: Annotated[
        str | None, RawFile(DELIMITED, f"The .inter file, {MMREC}", TABS)
    ] = Field(None, description="`.inter` file of a published split of these reviews")
    split_items: Annotated[
        str | None, RawFile(DELIMITED, f"The items' ids (i_id_mapping.csv), {MMREC}", TABS)
    ] = Field(None, description="its file of the items' ids")
    split_users: Annotated[
        str | None, RawFile(DELIMITED, f"The users' ids (u_id_mapping.csv), {MMREC}", TABS)
    ] = Field(None, description="its file of the users' ids")

    @model_validator(mode="after")
    def _split_is_whole(self) -> Self:
        from siger_pipeline.data.config import require_both

        require_both(self.validation, self.test)
        files = self.split_interactions, self.split_items, self.split_users
        if any(files) and not all(files):
            raise ValueError(
                "split_interactions, split_items and split_users belong together: name all of them"
                f" or none, found {', '.join(map(repr, files))}"
            )
        if self.test and any(files):
            raise ValueError(
                "validation and test are one published split, split_interactions is another: name"
                " the files of one"
            )
        return self


def read_interactions(
    reviews: Table,
    max_bad_share: float,
    strategy: str,
    validation: Table | None = None,
    test: Table | None = None,
    split_interactions: Table | None = None,
    split_items: Table | None = None,
    split_users: Table | None = None,
) -> Read:
    """Reviews as interactions, with their published split where files of one are named.

    See `reviews`, `data.parts` and `published`.
    """
    from siger_pipeline.data.config import needs_label, needs_time
    from siger_pipeline.data.parts import read_parts
    from siger_pipeline.data.schema import Split
    from siger_pipeline.data.sources.amazon.published import with_published_split
    from siger_pipeline.data.sources.amazon.reviews import read_reviews

    timed = needs_time(strategy)
    read = read_parts(
        lambda lines, share: read_reviews(lines, share, timed),
        {Split.TRAIN: reviews, Split.VALIDATION: validation, Split.TEST: test},
        max_bad_share,
        strategy,
    )
    if split_interactions is None or not needs_label(strategy):
        return read
    assert split_items is not None and split_users is not None
    return with_published_split(read, split_interactions, split_items, split_users, max_bad_share)


def read_items(metadata: Table, reviews: Table, max_bad_share: float) -> Read:
    """Metadata as items; see `metadata`."""
    from siger_pipeline.data.sources.amazon.metadata import read_metadata
    from siger_pipeline.data.sources.amazon.years import require_one_year

    require_one_year(metadata, reviews)
    return read_metadata(metadata, max_bad_share)


def _has_split(config: Config) -> bool:
    return bool(config.test or config.split_interactions)


SOURCE = Source(Config, read_interactions, read_items, has_split=_has_split)
