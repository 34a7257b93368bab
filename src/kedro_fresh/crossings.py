"""Datasets that one stage makes and another reads, and that nothing persists.

A stage is the top-level namespace of a node: Kedro-Viz folds it, and tools that hand a pipeline to
a cluster make one task of it. Nodes without a namespace are one stage together, called `NO_STAGE`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from kedro_fresh.project import untranscoded

NO_STAGE = "nodes without a namespace"


@dataclass(frozen=True)
class Crossing:
    """A dataset that goes from one stage to another.

    Attributes:
        dataset: its name, without transcoding.
        maker: the stage that makes it.
        readers: the other stages that read it, in alphabetical order.
        persisted: whether it outlives the process that made it.
    """

    dataset: str
    maker: str
    readers: tuple[str, ...]
    persisted: bool

    def __str__(self) -> str:
        return f"{self.dataset}: {self.maker} → {', '.join(self.readers)}"


def crossings(pipeline: Pipeline, catalog: DataCatalog) -> Iterator[Crossing]:
    """The datasets that cross stages, in alphabetical order."""
    makers = {
        untranscoded(name): (name, stage_of(node))
        for node in pipeline.nodes
        for name in node.outputs
    }
    readers: dict[str, set[str]] = {}
    for node in pipeline.nodes:
        for name in node.inputs:
            readers.setdefault(untranscoded(name), set()).add(stage_of(node))
    for dataset, (name, maker) in sorted(makers.items()):
        if others := tuple(sorted(readers.get(dataset, set()) - {maker})):
            yield Crossing(dataset, maker, others, _is_persisted(name, catalog))


def stage_of(node: Node) -> str:
    """The top-level namespace of a node."""
    return (node.namespace or NO_STAGE).partition(".")[0]


def _is_persisted(name: str, catalog: DataCatalog) -> bool:
    # Without an entry it is in memory only; the mark is Kedro's own, which its runners use, too.
    dataset = catalog.get(name)
    return dataset is not None and not getattr(dataset, "_EPHEMERAL", False)
