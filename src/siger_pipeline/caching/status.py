"""What `kedro status` prints: each node fresh or stale, and why, without running anything."""

from __future__ import annotations

from collections.abc import Iterator

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from siger_pipeline.caching.freshness import State
from siger_pipeline.caching.plan import WAITING, plan
from siger_pipeline.caching.project import open_freshness, upstream

COLOURS: dict[str, str] = {
    State.FRESH: "green",
    State.EARLIER: "cyan",
    State.STALE: "yellow",
    WAITING: "yellow",
}


def status(pipeline: Pipeline, catalog: DataCatalog) -> Iterator[tuple[str, str]]:
    """Lines, each with the colour it is shown in (empty: none)."""
    freshness = open_freshness(pipeline, catalog)
    planned = plan(freshness)
    width = max((len(node.name) for node in pipeline.nodes), default=0)
    for state, name, why in planned.lines():
        yield f"{state:8}{name.ljust(width)}  {why}", COLOURS[state]
    before = plan(open_freshness(upstream(pipeline), catalog))
    for line in (*planned.warnings(), *before.starts_from_stale(pipeline)):
        yield f"note: {line}", ""
    freshness.contents.save()
    yield _summary(len(pipeline.nodes), len(planned.touched)), ""


def _summary(nodes: int, touched: int) -> str:
    if not touched:
        return f"All {nodes} nodes are fresh: `kedro run` would run none."
    return f"{nodes - touched} of {nodes} nodes are fresh."
