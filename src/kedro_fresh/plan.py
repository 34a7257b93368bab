"""What a run would do with each node, as far as that is known before the first one runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kedro.pipeline import Node, Pipeline

from kedro_fresh import libraries
from kedro_fresh.freshness import Freshness, State, Verdict
from kedro_fresh.phrases import few
from kedro_fresh.project import untranscoded
from kedro_fresh.reasons import InputChanged

WAITING = "waits"


@dataclass(frozen=True)
class Plan:
    """The nodes of a pipeline before a run.

    Attributes:
        freshness: of the pipeline.
        verdicts: node -> its state, with the inputs as they are before the run.
        touched: nodes that are not fresh, and all after them.
    """

    freshness: Freshness
    verdicts: dict[str, Verdict]
    touched: set[str]

    def coming(self, force: bool = False) -> list[Node]:
        """The nodes that a run executes, or may: they wait for what those before them make."""
        nodes = self.freshness.pipeline.nodes
        return [node for node in nodes if force or node.name in self.touched]

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """State, node, and since when or why, in the order of the pipeline."""
        for name, verdict in self.verdicts.items():
            if verdict.state is State.STALE:
                yield State.STALE, name, verdict.why()
            elif verdict.state is State.EARLIER and verdict.entry:
                yield State.EARLIER, name, f"made {verdict.entry.made}, to be brought forward"
            elif name in self.touched:
                before = " or ".join(self._before(name))
                yield WAITING, name, f"runs if {before} makes something new"
            elif verdict.entry:
                yield State.FRESH, name, f"since {verdict.entry.made}"

    def warnings(self) -> Iterator[str]:
        """What to warn of before the run, a sentence each."""
        for node in self.freshness.pipeline.nodes:
            if unknown := self.freshness.cannot_be_skipped(node):
                yield f"{node.name} cannot be skipped: {few(unknown)}"
        entries = [verdict.entry for verdict in self.verdicts.values() if verdict.entry]
        changed = {change for entry in entries for change in libraries.changes(entry.libraries)}
        if changed:
            yield (
                f"fresh results were made with other versions ({few(sorted(changed))}); "
                "a run with `force` makes them anew"
            )

    def starts_from_stale(self, selected: Pipeline) -> Iterator[str]:
        """Which of a part's inputs are stale, and why; this plan is that of the nodes before it."""
        pipeline = self.freshness.pipeline
        wanted = {untranscoded(name) for name in selected.inputs()}
        starts: list[str] = []
        culprits: dict[str, str] = {}
        for node in pipeline.nodes:
            used = [name for name in node.outputs if untranscoded(name) in wanted]
            if not used or node.name not in self.touched:
                continue
            starts += used
            culprits |= {
                name: f"{name}: {verdict.why()}"
                for name, verdict in self.verdicts.items()
                if verdict.reasons and node.name in _after(pipeline, name)
            }
        if starts:
            yield (
                f"this run starts from {few(starts)}, stale since {few(culprits.values())}; "
                "a run of the whole pipeline renews it"
            )

    def _before(self, name: str) -> list[str]:
        """The nodes not fresh by themselves that a node comes after."""
        return [
            other
            for other, verdict in self.verdicts.items()
            if verdict.state is not State.FRESH and name in _after(self.freshness.pipeline, other)
        ]


def plan(freshness: Freshness) -> Plan:
    """Examine every node with its inputs as they are, before anything runs."""
    verdicts: dict[str, Verdict] = {}
    touched: set[str] = set()
    for node in freshness.pipeline.nodes:
        verdict = freshness.examine(node)
        if node.name in touched:
            verdict = _own_reasons(verdict, freshness.pipeline, touched)
        elif verdict.state is not State.FRESH:
            touched |= _after(freshness.pipeline, node.name)
        verdicts[node.name] = verdict
    return Plan(freshness, verdicts, touched)


def _own_reasons(verdict: Verdict, pipeline: Pipeline, touched: set[str]) -> Verdict:
    """A verdict without the inputs that are about to be made anew: they may be what they were."""
    coming = {
        untranscoded(output)
        for node in pipeline.nodes
        if node.name in touched
        for output in node.outputs
    }
    reasons = [
        reason
        for reason in verdict.reasons
        if not (isinstance(reason, InputChanged) and untranscoded(reason.dataset) in coming)
    ]
    if verdict.state is State.STALE and not reasons:
        return replace(verdict, state=State.FRESH, reasons=[])
    return replace(verdict, reasons=reasons)


def _after(pipeline: Pipeline, name: str) -> set[str]:
    return {node.name for node in pipeline.from_nodes(name).nodes}
