"""One node of a run: skipped, brought forward or executed, and noted."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from kedro.io import DataCatalog
from kedro.pipeline import Node
from kedro.runner import Task

from kedro_fresh import libraries
from kedro_fresh.contents import ABSENT
from kedro_fresh.errors import interrupted
from kedro_fresh.freshness import Freshness, State, Verdict
from kedro_fresh.phrases import duration, few
from kedro_fresh.randomness import watched_generators
from kedro_fresh.reasons import Reason
from kedro_fresh.record import Entry, Output
from kedro_fresh.unfinished import UnfinishedDataset
from kedro_fresh.versions import bring_forward, left_over, next_version, written

LOG = logging.getLogger("kedro_fresh")
# What runs at the moment, nothing where the text is empty: for whoever shows it while it lasts.
RUNNING = logging.getLogger("kedro_fresh.running")


@dataclass(frozen=True)
class Step:
    """A node that a run has come to.

    Attributes:
        node: of the pipeline.
        verdict: on it, now that all before it are done.
        freshness: of the pipeline.
        catalog: of the run.
        force: whether it runs although it is fresh.
        own_reasons: why it runs, but for what other nodes of this run make anew.
    """

    node: Node
    verdict: Verdict
    freshness: Freshness
    catalog: DataCatalog
    force: bool
    own_reasons: list[Reason]

    def must_run(self) -> bool:
        """Whether nothing that is there is what the node would make."""
        return self.force or self.verdict.state is State.STALE

    def must_write(self) -> bool:
        """Whether its outputs get a new version, made or brought forward."""
        return self.force or self.verdict.state is not State.FRESH

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

    def run(self, task: Task) -> str:
        """Execute the node, and note what it made once all of it is there; `ran`."""
        begun = self._begin()
        inputs, versions = self.node.inputs, self.freshness.versions
        stamps, start = versions.stamps(inputs), perf_counter()
        try:
            with watched_generators(self.freshness.imports(self.node)) as unseeded:
                task.execute()
        except Exception as error:
            if not interrupted(error):
                spent = duration(perf_counter() - start)
                LOG.error("%s: failed after %s", self.node.name, spent)
            raise
        finally:
            RUNNING.debug("")
        seconds = perf_counter() - start
        versions.wrote(begun.outputs)
        LOG.info("%s: ran in %s%s", self.node.name, duration(seconds), self._in_brackets())
        rewritten = [name for name, now in versions.stamps(inputs).items() if now != stamps[name]]
        self._note(replace(begun, seconds=seconds, unseeded=tuple(unseeded)), rewritten)
        return "ran"

    def _in_brackets(self) -> str:
        """Why it ran, where that is news: not in a first run, and not by force."""
        known = self.own_reasons and self.verdict.record.finished.paths()
        return f" ({few(self.own_reasons)})" if known and not self.force else ""

    def _begin(self) -> Entry:
        why = "it is forced to" if self.force else self.verdict.why()
        RUNNING.debug("%s: running, because %s", self.node.name, why)
        locations = (self.freshness.locations[name] for name in self.node.outputs)
        outputs = {
            location.name: Output(next_version(location, self.catalog), "")
            for location in locations
        }
        begun = Entry(self.verdict.ingredients, outputs, _now(), process=os.getpid())
        self._offer(begun)
        return begun

    def _offer(self, begun: Entry) -> None:
        """Give a node that can go on what its broken-off run has left."""
        node, record = self.node, self.verdict.record
        if self.freshness.cannot_be_skipped(node) or self.freshness.other_code(node):
            return  # what it leaves may not be what its ingredients say
        for name in self.freshness.unfinished & set(node.inputs):
            dataset = self.catalog.get(name)
            assert isinstance(dataset, UnfinishedDataset)
            if not self.force:
                locations = self.freshness.locations
                left = left_over(node.name, record, begun.ingredients, locations, self.catalog)
                dataset.offer(left)
            record.begin(begun)

    def _note(self, ended: Entry, rewritten: list[str]) -> None:
        """Record a run, unless nobody could tell later whether it holds."""
        freshness, node = self.freshness, self.node
        if freshness.cannot_be_skipped(node):
            return
        changed = list(map(str, freshness.ingredients(node).differences(ended.ingredients)))
        changed = changed or [f"{name} was written" for name in rewritten]
        if unsure := [f"{change} while it ran" for change in changed] + freshness.other_code(node):
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
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
