"""One node of a run: skipped, brought forward or executed, and noted."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kedro.io import DataCatalog
from kedro.pipeline import Node
from kedro.runner import Task

from kedro_fresh import libraries
from kedro_fresh.contents import ABSENT
from kedro_fresh.errors import BrokenOff, interrupted
from kedro_fresh.events import RUNNING
from kedro_fresh.execution import Execution, execute
from kedro_fresh.failures import Failed
from kedro_fresh.freshness import Freshness, State, Verdict
from kedro_fresh.phrases import duration, few
from kedro_fresh.reasons import Reason
from kedro_fresh.record import MADE, Entry, Output
from kedro_fresh.versions import bring_forward, left_over, next_version, written
from kedro_fresh.worker_logs import received

if TYPE_CHECKING:
    from kedro_fresh.worker import Outcome

LOG = logging.getLogger("kedro_fresh")


@dataclass
class Step:
    """A node that a run has come to.

    Attributes:
        node: of the pipeline.
        verdict: on it, now that all before it are done.
        freshness: of the pipeline.
        catalog: of the run.
        force: whether it runs although it is fresh.
        own_reasons: why it runs, but for what other nodes of this run make anew.
        without: its inputs that could not be made, where it runs all the same.
        entry: of the record, from its beginning on.
        left: output -> version of a broken-off run that it goes on from.
        stamps: of the unversioned inputs at its beginning.
        start: when that was.
    """

    node: Node
    verdict: Verdict
    freshness: Freshness
    catalog: DataCatalog
    force: bool
    own_reasons: list[Reason]
    without: Mapping[str, Failed]
    entry: Entry = field(init=False)
    left: dict[str, str | None] = field(init=False)
    stamps: dict[str, Any] = field(init=False)
    start: float = field(init=False)

    def must_run(self) -> bool:
        """Whether nothing that is there is what the node would make."""
        return self.force or bool(self.without) or self.verdict.state is State.STALE

    def must_write(self) -> bool:
        """Whether its outputs get a new version, made or brought forward."""
        return self.must_run() or self.verdict.state is not State.FRESH

    def skip(self) -> str:
        """Leave the outputs, or make an earlier version of them the newest; which, in words."""
        assert self.verdict.entry is not None
        made = self.verdict.entry.made
        if not self.must_write():
            LOG.debug("%s: fresh since %s", self.node.name, made)
            return "fresh"
        entry = bring_forward(self.verdict.entry, self.freshness, self.catalog)
        self.freshness.versions.wrote(entry.outputs)
        self.verdict.record.finish(entry)
        LOG.info("%s: brought forward from %s", self.node.name, made)
        return "brought forward"

    def run(self, task: Task) -> None:
        """Execute the node in this process, and record it once all of its outputs are there."""
        self.begin()
        try:
            execution = execute(task, self.freshness.imports(self.node), self.left)
        except Exception as error:
            self.fail(error)
            raise
        finally:
            self._announce("")
        self.end(execution)

    def take(self, outcome: Outcome) -> None:
        """Record what a worker has made of the node; raise what the node raised."""
        for record in outcome.records:
            received(record)
        self._announce("")
        if error := outcome.error:
            self.fail(error)
            raise error
        assert outcome.execution is not None
        for name in self.node.outputs:
            self.catalog.release(name)  # it remembers which version was the newest before
        self.end(outcome.execution)

    def begin(self) -> None:
        """Choose the versions that it writes, and look for a broken-off run to go on from."""
        why = "it is forced to" if self.force else self.verdict.why()
        why = f"{self._failed()} failed" if self.without else why
        self._announce("%s: running, because %s", self.node.name, why)
        locations = (self.freshness.locations[name] for name in self.node.outputs)
        outputs = {
            location.name: Output(next_version(location, self.catalog), "")
            for location in locations
        }
        self.entry = Entry(self.verdict.ingredients, outputs, _now(), process=os.getpid())
        self.left = self._left_over()
        self.stamps = self._stamps()
        self.start = perf_counter()

    def fail(self, error: BaseException) -> None:
        """Say that it failed, unless the person ended it, or a hook on purpose."""
        self._announce("")
        spent = duration(perf_counter() - self.start)
        if isinstance(error, BrokenOff):
            LOG.info("%s: broken off after %s (%s)", self.node.name, spent, error)
        elif not interrupted(error):
            LOG.error("%s: failed after %s", self.node.name, spent)

    def end(self, execution: Execution) -> None:
        """Record what the node has made."""
        versions = self.freshness.versions
        versions.wrote(self.entry.outputs)
        spent = duration(execution.seconds)
        LOG.info("%s: ran in %s%s", self.node.name, spent, self._in_brackets())
        now = self._stamps()
        rewritten = [name for name, stamp in now.items() if stamp != self.stamps[name]]
        ended = replace(self.entry, seconds=execution.seconds, unseeded=execution.unseeded)
        self._note(ended, rewritten, execution.other_code)

    def _stamps(self) -> dict[str, Any]:
        """The times of the inputs that the outputs follow from."""
        compared = [name for name in self.node.inputs if name not in self.freshness.uncompared]
        return self.freshness.versions.stamps(compared)

    def _announce(self, message: str, *values: str) -> None:
        RUNNING.debug(message, *values, extra={"node": self.node.name})

    def _failed(self) -> str:
        """The nodes that failed, in words."""
        return few(dict.fromkeys(failed.node for failed in self.without.values()))

    def _in_brackets(self) -> str:
        """Why it ran, where that is news: not in a first run, and not by force."""
        known = self.own_reasons and self.verdict.record.finished.paths()
        return f" ({few(self.own_reasons)})" if known and not self.force else ""

    def can_go_on(self) -> bool:
        """Whether the node asks for what a broken-off run has left, and that can be trusted."""
        node, freshness = self.node, self.freshness
        if freshness.cannot_be_skipped(node) or freshness.other_code(node):
            return False  # what it leaves may not be what its ingredients say
        return bool(freshness.unfinished & set(node.inputs))

    def _left_over(self) -> dict[str, str | None]:
        """What a node that can go on gets of its broken-off run: output -> version."""
        if not self.can_go_on():
            return {}
        node, record, freshness = self.node, self.verdict.record, self.freshness
        now = self.entry.ingredients
        left = {} if self.force else left_over(node.name, record, now, freshness.locations)
        record.begin(self.entry)
        return left

    def _note(self, ended: Entry, rewritten: list[str], other_code: Iterable[str]) -> None:
        """Record a run, unless nobody could tell later whether it holds."""
        freshness, node = self.freshness, self.node
        if freshness.cannot_be_skipped(node):
            return
        if self.without:
            LOG.warning("%s: made without %s, so it will run again", node.name, self._failed())
            return
        changed = list(map(str, freshness.ingredients(node).differences(ended.ingredients)))
        changed = changed or [f"{name} was written" for name in rewritten]
        loaded = [f"a worker had loaded {name} before it changed" for name in other_code]
        loaded += freshness.other_code(node)
        if unsure := [f"{change} while it ran" for change in changed] + loaded:
            LOG.warning("%s: %s, so it will run again", node.name, few(unsure))
            return
        outputs = written(ended, freshness)
        if absent := [name for name, output in outputs.items() if output.content == ABSENT]:
            LOG.warning("%s: it did not write %s, so it will run again", node.name, few(absent))
            return
        if ended.unseeded:
            LOG.warning(
                "%s: it drew random numbers without a seed (from %s), so it will run each time; "
                "give its functions a seeded generator",
                node.name,
                few(ended.unseeded),
            )
        known = libraries.versions(freshness.imports(node))
        self.verdict.record.finish(replace(ended, outputs=outputs, libraries=known, made=_now()))


def _now() -> str:
    return datetime.now().astimezone().strftime(MADE)
