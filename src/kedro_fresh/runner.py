"""A runner that runs what must run, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from time import perf_counter
from typing import TYPE_CHECKING

from kedro.io import CatalogProtocol, DataCatalog
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner

from kedro_fresh.checks import Check, Later, look
from kedro_fresh.errors import FreshError
from kedro_fresh.events import announce_coming
from kedro_fresh.freshness import Freshness
from kedro_fresh.leftovers import remove_leftovers
from kedro_fresh.loaded import keeping_to
from kedro_fresh.locks import Locks
from kedro_fresh.open_files import allow_open_files
from kedro_fresh.phrases import duration, few
from kedro_fresh.plan import Plan, plan
from kedro_fresh.project import open_freshness
from kedro_fresh.run import Context, Run, lock_node
from kedro_fresh.schedule import Schedule
from kedro_fresh.status import missing_starts, starts_from_stale
from kedro_fresh.workers import Prepare, workers_of

if TYPE_CHECKING:
    from pluggy import PluginManager

LOG = logging.getLogger("kedro_fresh")
FILES_PER_NODE = 4  # its lock, and those of some datasets without versions


class FreshRunner(SequentialRunner):
    """Skips a node whose code, parameters and inputs' content are what made its whole outputs.

    An earlier version that is what the node would make now is brought forward as the newest.
    """

    def __init__(
        self,
        is_async: bool = False,
        force: bool = False,
        check: Check | None = None,
        workers: int = 1,
        executor: Executor | Callable[[int], Executor] | str | None = None,
        prepare: Prepare | str | None = None,
    ) -> None:
        """Take what is asked for.

        Args:
            is_async: whether Kedro loads and saves in threads.
            force: whether nodes run although they are fresh.
            check: called once before the first node, with the nodes that are going to run; raises
                what would stop one of them later. It may return further checks by the dataset that
                they wait for: each is called with the catalog once that is there, before another
                node starts.
            workers: how many nodes run at a time. With 1 they run one after another in this
                process, in the pipeline's order; with more, in processes of their own.
            executor: where they run in place of processes of this machine: an executor, a function
                that makes one for the number of workers, or its full name.
            prepare: makes, of the number of workers, what each of them calls first; see `Workers`.

        Raises:
            FreshError: what is asked for cannot be.
        """
        super().__init__(is_async=is_async)
        self.force = force
        self.check = check
        self.workers = workers_of(workers, executor, prepare)

    def _run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol,
        hook_manager: PluginManager | None = None,
        run_id: str | None = None,
    ) -> None:
        if not isinstance(catalog, DataCatalog):
            raise TypeError(f"FreshRunner needs a DataCatalog, not {type(catalog).__name__}")
        start = perf_counter()
        freshness = open_freshness(pipeline, catalog)
        remove_leftovers(freshness)
        try:
            packages = freshness.code.source.folders
            with Locks() as locks, keeping_to(packages, freshness.sources):
                planned, later = self._prepare(freshness, locks)
                context = Context(self._is_async, hook_manager, run_id)
                run = Run(planned, locks, self.force, context, self.workers)
                with self.workers.opened() as executor:
                    schedule = Schedule(run, executor, self.workers.number, later)
                    schedule.complete()
        finally:
            freshness.contents.save()
        LOG.info("%s", _summary(schedule.done, perf_counter() - start))
        if schedule.failures.errors:
            raise schedule.failures.errors[0]

    def _prepare(self, freshness: Freshness, locks: Locks) -> tuple[Plan, dict[str, Later]]:
        """Say what is known before the first node, and lock what will be written."""
        if missing := missing_starts(freshness):
            raise FreshError(
                f"this run starts from {few(missing)}, which no run has made yet: run the "
                "whole pipeline, or the nodes before it too"
            )
        planned = plan(freshness)
        coming = planned.coming(self.force)
        later = look(self.check, planned, self.force)
        for line in (*planned.warnings(), *starts_from_stale(freshness)):
            LOG.warning(line)
        allow_open_files(len(coming) * FILES_PER_NODE)
        for node in coming:
            lock_node(freshness, locks, node)
        announce_coming(coming)
        return planned, later


def _summary(done: Mapping[str, int], seconds: float) -> str:
    nodes = sum(done.values())
    if done.get("fresh") == nodes:
        return f"All {nodes} nodes are fresh: none had to run"
    order = ("ran", "brought forward", "fresh", "failed", "left out")
    counts = ", ".join(f"{done[how]} {how}" for how in order if done.get(how))
    return f"{nodes} nodes: {counts}; {duration(seconds)}"
