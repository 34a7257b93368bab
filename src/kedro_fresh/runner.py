"""A runner that runs what must run, and nothing else."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from time import perf_counter
from typing import TYPE_CHECKING, cast

from kedro.io import CatalogProtocol, DataCatalog
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner, Task

from kedro_fresh.errors import FreshError
from kedro_fresh.freshness import Freshness
from kedro_fresh.leftovers import remove_leftovers
from kedro_fresh.loaded import keeping_to
from kedro_fresh.locks import Locks
from kedro_fresh.phrases import duration, few
from kedro_fresh.pinned import PinnedCatalog
from kedro_fresh.plan import Plan, plan
from kedro_fresh.project import open_freshness
from kedro_fresh.status import Check, missing_starts, starts_from_stale
from kedro_fresh.step import Step

if TYPE_CHECKING:
    from pluggy import PluginManager

LOG = logging.getLogger("kedro_fresh")


class FreshRunner(SequentialRunner):
    """Skips a node whose code, parameters and inputs' content are what made its whole outputs.

    An earlier version that is what the node would make now is brought forward as the newest. Nodes
    run one after another; with ``force`` all of them do. ``check`` is called once before the first
    node, with the nodes that are going to run, and raises what would stop one of them later.
    """

    def __init__(
        self,
        is_async: bool = False,
        force: bool = False,
        check: Check | None = None,
    ) -> None:
        super().__init__(is_async=is_async)
        self.force = force
        self.check = check

    def _run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol,
        hook_manager: PluginManager | None = None,
        run_id: str | None = None,
    ) -> None:
        if not isinstance(catalog, DataCatalog):
            raise TypeError(f"the caching runner needs a DataCatalog, not {type(catalog).__name__}")
        start = perf_counter()
        freshness = open_freshness(pipeline, catalog)
        remove_leftovers(freshness)
        counts = Counter(chain.from_iterable(node.inputs for node in pipeline.nodes))
        done: Counter[str] = Counter()
        try:
            packages = freshness.code.source.folders
            with Locks() as locks, keeping_to(packages, freshness.sources):
                planned = self._prepare(freshness, locks)
                for node in pipeline.nodes:
                    why, verdict = planned.verdicts[node.name].reasons, freshness.examine(node)
                    step = Step(node, verdict, freshness, catalog, self.force, why)
                    if step.must_write():
                        self._lock(freshness, locks, node)
                    if step.must_run():
                        view = cast(
                            DataCatalog, PinnedCatalog(catalog, freshness.versions.to_load())
                        )
                        task = Task(node, view, self._is_async, hook_manager, run_id)
                        done[step.run(task)] += 1
                    else:
                        done[step.skip()] += 1
                    self._release_datasets(node, catalog, counts, pipeline)
        finally:
            freshness.contents.save()
        LOG.info("%s", _summary(done, perf_counter() - start))

    def _prepare(self, freshness: Freshness, locks: Locks) -> Plan:
        """Say what is known before the first node, and lock what will be written."""
        if missing := missing_starts(freshness):
            raise FreshError(
                f"this run starts from {few(missing)}, which no run has made yet: run the "
                "whole pipeline, or the nodes before it too"
            )
        planned = plan(freshness)
        coming = planned.coming(self.force)
        if self.check:
            self.check(coming, freshness.catalog)
        for line in (*planned.warnings(), *starts_from_stale(freshness)):
            LOG.warning(line)
        for node in coming:
            self._lock(freshness, locks, node)
        return planned

    def _lock(self, freshness: Freshness, locks: Locks, node: Node) -> None:
        """Nobody else may make what this node makes, nor read or write what has no versions."""
        locks.take(freshness.record_path(node), node.name)
        for name in freshness.versions.unversioned(node.outputs):
            locks.write(freshness.lock_path(name), name)
        for name in freshness.versions.unversioned(node.inputs):
            locks.read(freshness.lock_path(name), name)


def _summary(done: Mapping[str, int], seconds: float) -> str:
    nodes = sum(done.values())
    if done.get("fresh") == nodes:
        return f"All {nodes} nodes are fresh: none had to run"
    order = ("ran", "brought forward", "fresh")
    counts = ", ".join(f"{done[how]} {how}" for how in order if how in done)
    return f"{nodes} nodes: {counts}; {duration(seconds)}"
