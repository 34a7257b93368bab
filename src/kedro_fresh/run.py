"""What one run does with each node: examine, lock, run here or hand to a worker, release."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, cast

from kedro.io import DataCatalog
from kedro.pipeline import Node
from kedro.runner import SequentialRunner, Task

from kedro_fresh.errors import FreshError
from kedro_fresh.failures import Failed
from kedro_fresh.freshness import Freshness
from kedro_fresh.locks import Locks
from kedro_fresh.pinned import PinnedCatalog
from kedro_fresh.plan import Plan
from kedro_fresh.step import Step
from kedro_fresh.versions import set_aside
from kedro_fresh.workers import Workers

if TYPE_CHECKING:
    from pluggy import PluginManager

    from kedro_fresh.worker import Job, Outcome

LOG = logging.getLogger("kedro_fresh")


@dataclass(frozen=True)
class Context:
    """What Kedro hands to each node's task."""

    is_async: bool
    hook_manager: PluginManager | None
    run_id: str | None


class Run:
    """One run of a pipeline; which node comes when is the schedule's to say."""

    def __init__(
        self, planned: Plan, locks: Locks, force: bool, context: Context, workers: Workers
    ) -> None:
        self.planned, self.locks, self.force = planned, locks, force
        self.context, self.workers = context, workers
        self.freshness = planned.freshness
        self.catalog, self.pipeline = self.freshness.catalog, self.freshness.pipeline
        self.counts = Counter(chain.from_iterable(node.inputs for node in self.pipeline.nodes))

    def step(self, node: Node, without: Mapping[str, Failed]) -> Step:
        """The node, examined, and locked where it gets new outputs.

        Args:
            node: of the pipeline.
            without: its inputs that could not be made.
        """
        why, verdict = self.planned.verdicts[node.name].reasons, self.freshness.examine(node)
        step = Step(node, verdict, self.freshness, self.catalog, self.force, why, without)
        if step.must_write():
            lock_node(self.freshness, self.locks, node)
        return step

    def stays(self, step: Step) -> bool:
        """Whether the node must run in this process."""
        from kedro_fresh.transport import why_it_stays

        if why := why_it_stays(step.node, self.catalog):
            LOG.info("%s: runs in the process of the run, because %s", step.node.name, why)
        return bool(why)

    def run_here(self, step: Step) -> None:
        """Run the node in this process, and record it."""
        view = PinnedCatalog(self.catalog, self.freshness.versions.to_load(), step.without)
        context = self.context
        task = Task(
            step.node,
            cast(DataCatalog, view),
            context.is_async,
            context.hook_manager,
            context.run_id,
        )
        step.run(task)

    def hand_to(self, executor: Executor, step: Step) -> Future[Outcome]:
        """Begin the node, and submit it."""
        from kedro_fresh.worker import run_job

        preparation = self.workers.preparation
        step.begin()
        job = self._job(step, preparation)
        try:
            return executor.submit(run_job, job)
        except RuntimeError as error:  # shut down, or broken
            raise FreshError(f"{step.node.name}: the executor takes no node ({error})") from error

    def again(self, step: Step, number: int) -> Step:
        """A node whose worker was lost, to go on from what it had written.

        Args:
            step: that was begun.
            number: how often that has happened to the node.
        """
        for name in step.node.outputs:
            self.catalog.release(name)
        begun = set_aside(step.entry, self.freshness.locations, number)
        if step.can_go_on():
            step.verdict.record.begin(begun)
        return self.step(step.node, {})

    def ended(self, node: Node) -> None:
        """Let go of the datasets that no other node will load."""
        SequentialRunner._release_datasets(node, self.catalog, self.counts, self.pipeline)

    def _job(self, step: Step, preparation: bytes) -> Job:
        from kedro_fresh.transport import datasets_of, packed
        from kedro_fresh.worker import Job
        from kedro_fresh.worker_logs import levels

        freshness, node = self.freshness, step.node
        versions = freshness.versions.to_load()
        modules = freshness.modules[node.name]
        source = freshness.code.source
        return Job(
            node=node.name,
            package=source.package,
            packages=tuple(source.folders),
            path=tuple(sys.path),
            sources=freshness.sources,
            digests={name: module.digest for name, module in modules.items()},
            imports=frozenset(freshness.imports(node)),
            levels=levels(),
            preparation=preparation,
            load=packed((node, datasets_of(node, self.catalog))),
            versions={name: versions[name] for name in node.inputs if name in versions},
            left=step.left,
            is_async=self.context.is_async,
            run_id=self.context.run_id,
        )


def lock_node(freshness: Freshness, locks: Locks, node: Node) -> None:
    """Nobody else may make what this node makes, nor read or write what has no versions."""
    locks.take(freshness.record_path(node), node.name)
    for name in freshness.versions.unversioned(node.outputs):
        locks.write(freshness.lock_path(name), name)
    for name in freshness.versions.unversioned(node.inputs):
        locks.read(freshness.lock_path(name), name)
