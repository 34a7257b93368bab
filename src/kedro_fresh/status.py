"""What `kedro fresh status` prints: each node fresh or stale, and why, without running anything."""

from __future__ import annotations

from collections.abc import Iterator

from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Pipeline

from kedro_fresh.checks import Check, look
from kedro_fresh.contents import ABSENT
from kedro_fresh.freshness import Freshness, State
from kedro_fresh.plan import WAITING, plan
from kedro_fresh.project import open_freshness, untranscoded, upstream

COLOURS: dict[str, str] = {
    State.FRESH: "green",
    State.EARLIER: "cyan",
    State.STALE: "yellow",
    WAITING: "yellow",
}


def status(
    pipeline: Pipeline, catalog: DataCatalog, check: Check | None = None
) -> Iterator[tuple[str, str]]:
    """Lines, each with the colour it is shown in (empty: none).

    Args:
        pipeline: the nodes that are shown.
        catalog: where their datasets lie.
        check: as of `FreshRunner`.
    """
    freshness = open_freshness(pipeline, catalog)
    planned = plan(freshness)
    width = max((len(node.name) for node in pipeline.nodes), default=0)
    for state, name, why in planned.lines():
        yield f"{state:8}{name.ljust(width)}  {why}", COLOURS[state]
    for line in (*planned.warnings(), *starts_from_stale(freshness)):
        yield f"note: {line}", ""
    try:
        look(check, planned)
    except Exception as error:  # of the project's own kinds: a run would end with it
        yield f"note: a run would end before its first node: {error}", ""
    freshness.contents.save()
    yield _summary(len(pipeline.nodes), len(planned.touched)), ""


def missing_starts(part: Freshness) -> list[str]:
    """What a part of the pipelines starts from and no run has made yet."""
    made = {untranscoded(name) for name in upstream(part.pipeline).all_outputs()}
    return sorted(
        name
        for name in part.pipeline.inputs() & part.locations.keys()
        if untranscoded(name) in made and part.content(part.versions.current(name)) == ABSENT
    )


def starts_from_stale(part: Freshness) -> Iterator[str]:
    """What a part of the pipelines starts from and is stale, a sentence each."""
    try:
        before = open_freshness(upstream(part.pipeline), part.catalog, part.contents)
        yield from plan(before).starts_from_stale(part.pipeline)
    except DatasetError as error:
        yield f"whether what this run starts from is fresh cannot be known: {error}"


def _summary(nodes: int, touched: int) -> str:
    if not touched:
        return f"All {nodes} nodes are fresh: a run executes none."
    return f"{nodes - touched} of {nodes} nodes are fresh."
