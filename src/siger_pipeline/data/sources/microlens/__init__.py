"""MicroLens as published: users' sequences of videos or pairs with times, titles and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import DELIMITED, LINES, RawFile
from siger_pipeline.data.source import Read, Source

if TYPE_CHECKING:
    from ibis.expr.types import Table

PUBLISHED = "from https://github.com/westlake-repl/MicroLens"
COMMAS = {"delimiter": ","}
OF_TITLES = f"MicroLens' titles (CSV: item, title), {PUBLISHED}."


class Config(PartConfig):
    """`ingest.microlens:` of the parameters."""

    sequences: Annotated[
        str | None,
        RawFile(
            LINES,
            f"MicroLens' pairs file (a line a user: id, tab, item ids in time order), {PUBLISHED}.",
        ),
    ] = Field("MicroLens-50k_pairs.tsv", description="file of the users' sequences of items")
    pairs: Annotated[
        str | None,
        RawFile(
            DELIMITED,
            f"MicroLens' pairs with times (CSV with the header user,item,timestamp), {PUBLISHED}.",
            COMMAS,
        ),
    ] = Field(None, description="in place of it, file of the pairs of user and item with times")
    titles: Annotated[str, RawFile(DELIMITED, OF_TITLES, COMMAS)] = Field(
        "MicroLens-50k_titles.csv", description="file of titles"
    )
    other_titles: Annotated[str | None, RawFile(DELIMITED, OF_TITLES, COMMAS)] = Field(
        None, description="file of titles in another language, which are appended"
    )
    tags: Annotated[
        str | None, RawFile(DELIMITED, f"MicroLens' tags (CSV: item, tag), {PUBLISHED}.", COMMAS)
    ] = Field(None, description="file of tags, which become categories")

    @model_validator(mode="after")
    def _interactions_are_in_one_file(self) -> Self:
        if (self.sequences is None) == (self.pairs is None):
            raise ValueError(
                "sequences and pairs hold the same interactions, without and with times: name one"
                f" and set the other to null, found {self.sequences!r} and {self.pairs!r}"
            )
        return self


def read_interactions(
    max_bad_share: float, strategy: str, sequences: Table | None = None, pairs: Table | None = None
) -> Read:
    """Sequences or pairs as interactions; see `interactions`."""
    from siger_pipeline.data.config import needs_time
    from siger_pipeline.data.sources.microlens.interactions import read_pairs, read_sequences

    if pairs is not None:
        return read_pairs(pairs, max_bad_share, needs_time(strategy))
    assert sequences is not None
    return read_sequences(sequences, max_bad_share)


def read_items(
    titles: Table,
    max_bad_share: float,
    other_titles: Table | None = None,
    tags: Table | None = None,
) -> Read:
    """Titles and tags as items; see `items`."""
    from siger_pipeline.data.sources.microlens.items import read_texts

    return read_texts(titles, other_titles, tags, max_bad_share)


def _has_times(config: Config) -> bool:
    return config.pairs is not None


SOURCE = Source(Config, read_interactions, read_items, has_times=_has_times)
