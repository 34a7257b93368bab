"""What goes on in a run after a node has failed, and what a node gets in place of its results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kedro.pipeline import Node, Pipeline

from kedro_fresh.project import untranscoded

DESPITE = "fresh.despite"  # tag of a node that runs although some before it have failed


@dataclass(frozen=True)
class Failed:
    """What a node with the tag `DESPITE` gets in place of an input that could not be made.

    Attributes:
        node: that failed, maybe some nodes before.
        error: why, in words.
    """

    node: str
    error: str


class Failures:
    """The nodes of a run that failed, and those that are left out because of them."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.errors: list[Exception] = []
        self._nodes = pipeline.nodes
        self._producers = pipeline.node_dependencies
        self._lost: dict[Node, Failed] = {}

    def __contains__(self, node: Node) -> bool:
        return node in self._lost

    def leaves_others(self, node: Node) -> bool:
        """Whether a node runs despite a failure of this one, so that what it needs goes on."""
        after = {node}
        for other in self._nodes:
            if self._producers[other] & after:
                after.add(other)
        return any(DESPITE in other.tags for other in after - {node})

    def add(self, node: Node, error: Exception) -> list[Node]:
        """Note that a node has failed; the nodes that are left out with it."""
        self.errors.append(error)
        self._lost[node] = Failed(node.name, str(error) or type(error).__name__)
        found = []
        for other in self._nodes:
            lost = [self._lost[each] for each in self._nodes if each in self._lost_before(other)]
            if lost and other not in self._lost and self._is_lost(other):
                self._lost[other] = lost[0]
                found.append(other)
        return found

    def inputs_of(self, node: Node) -> Iterator[tuple[str, Failed]]:
        """The inputs of a node that could not be made, and why."""
        for producer in self._lost_before(node):
            made = {untranscoded(name) for name in producer.outputs}
            for name in node.inputs:
                if untranscoded(name) in made:
                    yield name, self._lost[producer]

    def _lost_before(self, node: Node) -> set[Node]:
        return self._producers[node] & self._lost.keys()

    def _is_lost(self, node: Node) -> bool:
        """With the tag, only where nothing is left that it could be made of."""
        return DESPITE not in node.tags or self._producers[node] <= self._lost.keys()
