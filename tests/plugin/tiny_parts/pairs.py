"""Interactions as pairs: a line is a user, a blank and an item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import LINES, RawFile
from siger_pipeline.data.source import Read, Source

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from siger_pipeline.data.checks import BadLines


class Config(PartConfig):
    """`ingest.pairs:` of the parameters."""

    pairs: Annotated[str, RawFile(LINES, "A line a pair: user, blank, item.")] = Field(
        "pairs.txt", description="file of the pairs"
    )


def read_interactions(pairs: Table, max_bad_share: float) -> Read:
    """The pairs, without times."""
    from siger_pipeline.data.layout import INTERACTION_TYPES, conform

    good, report = _separated(pairs, max_bad_share)
    return Read(conform(good, INTERACTION_TYPES), report.bad, report.remarks())


def read_items(pairs: Table, max_bad_share: float) -> Read:
    """The items of the pairs, with their own names as titles."""
    from siger_pipeline.data.layout import ITEM_TYPES, conform

    good, _ = _separated(pairs, max_bad_share)
    items = good.select("item").distinct().mutate(title=lambda table: table["item"])
    return Read(conform(items, ITEM_TYPES).order_by("item"))


def _separated(pairs: Table, max_bad_share: float) -> tuple[Table, BadLines]:
    """The lines that are pairs as user and item, and a report on the others."""
    import ibis

    from siger_pipeline.data.checks import separate

    fields, is_pair = pairs["line"].split(" "), pairs["line"].re_search("^[^ ]+ [^ ]+$")
    words = "it is not a user, a blank and an item"
    reason = ibis.ifelse(is_pair.fill_null(False), ibis.null("string"), words)
    parsed = pairs.mutate(user=fields[0], item=fields[1], reason=reason)
    return separate(parsed, "the file of pairs", max_bad_share)


SOURCE = Source(Config, read_interactions, read_items, has_times=False)
