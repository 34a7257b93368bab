"""The order in which the nodes of a run are skipped, run here, or handed to workers."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kedro.pipeline import Node

from kedro_fresh.checks import Later, look_again
from kedro_fresh.errors import FreshError, interrupted
from kedro_fresh.events import announce_end
from kedro_fresh.failures import Failures
from kedro_fresh.phrases import few
from kedro_fresh.run import Run
from kedro_fresh.step import Step

if TYPE_CHECKING:
    from kedro_fresh.worker import Outcome

LOG = logging.getLogger("kedro_fresh")


@dataclass
class Schedule:
    """The nodes of a run.

    Attributes:
        run: whose nodes they are.
        executor: of the workers; None where all nodes run in this process, in their order.
        workers: nodes that run at a time on the executor.
        later: checks by the dataset that they wait for.
        done: how many nodes ran, were fresh, were brought forward, failed, were left out.
        failures: of nodes that others do not need.
    """

    run: Run
    executor: Executor | None = None
    workers: int = 1
    later: dict[str, Later] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.todo = list(self.run.pipeline.nodes)
        self.producers: Mapping[Node, set[Node]] = self.run.pipeline.node_dependencies
        self.through: set[Node] = set()
        self.failures = Failures(self.run.pipeline)
        self.for_workers: list[Step] = []
        self.for_here: list[Step] = []
        self.running: dict[Future[Outcome], Step] = {}
        self.lost: Counter[Node] = Counter()  # how many workers were lost at a node

    def complete(self) -> None:
        """Run what must run.

        After a failure no node starts, and those that run are recorded; unless a node runs despite
        it (`DESPITE`): then what needs nothing of the failed one goes on.
        """
        try:
            while self.todo or self.for_workers or self.for_here or self.running:
                self._advance()
        except Exception as error:
            if not interrupted(error):
                self._let_end()
            raise
        finally:
            for future in self.running:  # of a run that was interrupted
                future.cancel()

    def _advance(self) -> None:
        if node := self._next_ready():
            self._come_to(node)
        elif self.for_here:
            self._run_here(self.for_here.pop(0))
        else:
            finished, _ = wait(self.running, return_when=FIRST_COMPLETED)
            self._collect(next(iter(finished)))
        self._hand_out()

    def _next_ready(self) -> Node | None:
        return next((node for node in self.todo if self._is_ready(node)), None)

    def _is_ready(self, node: Node) -> bool:
        return all(each in self.through or each in self.failures for each in self.producers[node])

    def _come_to(self, node: Node) -> None:
        """Skip a node, run it, or let it wait for its turn."""
        self.todo.remove(node)
        step = self.run.step(node, dict(self.failures.inputs_of(node)))
        if not step.must_run():
            self._is_through(step, step.skip())
        elif self.executor is None:
            self._run_here(step)
        elif step.without or self.run.stays(step):
            self.for_here.append(step)
        else:
            self.for_workers.append(step)

    def _hand_out(self) -> None:
        while self.executor and self.for_workers and len(self.running) < self.workers:
            step = self.for_workers.pop(0)
            self.running[self.run.hand_to(self.executor, step)] = step

    def _run_here(self, step: Step) -> None:
        try:
            self.run.run_here(step)
        except Exception as error:
            self._goes_on_without(step.node, error)
        else:
            self._is_through(step, "ran")

    def _collect(self, future: Future[Outcome]) -> None:
        """Record a node that a worker has done."""
        step = self.running.pop(future)
        if error := self._may_try_again(step.node, future):
            LOG.warning(
                "%s: its worker was lost (%s), so it is handed out again", step.node.name, error
            )
            self.for_workers.append(self.run.again(step, self.lost[step.node]))
            return
        try:
            step.take(self._outcome(step, future))
        except Exception as error:
            self._goes_on_without(step.node, error)
        else:
            self._is_through(step, "ran")

    def _may_try_again(self, node: Node, future: Future[Outcome]) -> BaseException | None:
        """How a worker was lost, if the executor has others for its node."""
        error = None if future.cancelled() else future.exception()
        if error is None or self.lost[node] >= getattr(self.executor, "retries", 0):
            return None
        self.lost[node] += 1
        return error

    def _outcome(self, step: Step, future: Future[Outcome]) -> Outcome:
        try:
            return future.result()
        except Exception as error:  # the executor's: what the node raises is in the outcome
            step.fail(error)
            why = str(error) or type(error).__name__
            raise FreshError(
                f"{step.node.name}: {why} before the node was done, so it will run again. If "
                "nobody ended it, memory may have run out: try fewer workers"
            ) from error

    def _goes_on_without(self, node: Node, error: Exception) -> None:
        """Leave out what needs a node that failed; raise the error where nothing would be left."""
        if interrupted(error) or not self.failures.leaves_others(node):
            raise error
        LOG.error("%s", error)
        left_out = self.failures.add(node, error)
        self.todo = [each for each in self.todo if each not in self.failures]
        self.done.update({"failed": 1, "left out": len(left_out)})
        for name, how in ((node.name, "failed"), *((each.name, "left out") for each in left_out)):
            announce_end(name, how)

    def _is_through(self, step: Step, how: str) -> None:
        self.done[how] += 1
        self.through.add(step.node)
        self.run.ended(step.node)
        announce_end(step.node.name, how)
        look_again(self.later, step.node.outputs, self.run.freshness)

    def _let_end(self) -> None:
        """Record what still runs; what fails too is said, since one error alone is raised."""
        if self.running:
            names = [step.node.name for step in self.running.values()]
            LOG.info("No other node starts; waiting for %s to end", few(names))
        while self.running:
            finished, _ = wait(self.running, return_when=FIRST_COMPLETED)
            for future in finished:
                try:
                    self._collect(future)
                except Exception as error:
                    LOG.error("%s", error)
