"""Interactions as pairs: a line is a user, a blank and an item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import LINES, RawFile
from siger_pipeline.data.source import Read, Source

if TYPE_CHECKING:
    from ibis.expr.types import Table


class Config(PartConfig):
    """`ingest.pairs:` of the parameters."""

    pairs: Annotated[str, RawFile(LINES, "A line a pair: user, blank, item.")] = Field(
        "pairs.txt", description="file of the pairs"
    )


def read_interactions(pairs: Table) -> Read:
    """The pairs, without times."""
    from siger_pipeline.data.layout import INTERACTION_TYPES, conform

    fields = pairs["line"].split(" ")
    return Read(conform(pairs.mutate(user=fields[0], item=fields[1]), INTERACTION_TYPES))


def read_items(pairs: Table) -> Read:
    """The items of the pairs, with their own names as titles."""
    from siger_pipeline.data.layout import ITEM_TYPES, conform

    items = pairs.select(item=pairs["line"].split(" ")[1]).distinct()
    return Read(conform(items.mutate(title=items["item"]), ITEM_TYPES).order_by("item"))


SOURCE = Source(Config, read_interactions, read_items, has_times=False)
