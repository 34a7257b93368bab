"""How many nodes run at a time, and where: what the runner's arguments ask for."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from kedro.utils import load_obj

from kedro_fresh.errors import FreshError

LOG = logging.getLogger("kedro_fresh")
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
# Called in the process of the run with the number of workers. What it returns is called in each
# worker before it imports the project, so it must be something that can be pickled.
Prepare = Callable[[int], Callable[[], object]]


@dataclass
class Workers:
    """The workers of a run.

    Attributes:
        number: of nodes that run at a time.
        executor: that they are handed to, or a function that makes one for the number; None for
            processes of this machine.
        prepare: see `Prepare`.
    """

    number: int
    executor: Executor | Callable[[int], Executor] | None
    prepare: Prepare

    @cached_property
    def preparation(self) -> bytes:
        """What each worker calls first, packed; made when the first node is handed out.

        Raises:
            FreshError: it cannot be sent to a worker.
        """
        from kedro_fresh.transport import TransportError, packed

        made = self.prepare(self.number)
        try:
            return packed(made)
        except TransportError as error:
            raise FreshError(f"prepare made {made!r}: {error}") from error

    @contextmanager
    def opened(self) -> Iterator[Executor | None]:
        """The executor, None where nodes run in this process; what was made here ends with it."""
        if isinstance(self.executor, Executor):
            yield self.executor
        elif self.executor is not None:
            with _closed(self.executor(self.number)) as executor:
                yield executor
        elif self.number > 1:
            from kedro_fresh.processes import Processes

            with Processes(self.number) as processes:
                yield processes
        else:
            yield None


def workers_of(number: Any, executor: Any, prepare: Any) -> Workers:
    """The workers that the arguments of a runner ask for; functions may be given by full name.

    Raises:
        FreshError: an argument cannot be used.
    """
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise FreshError(
            f"workers = {number!r}: wanted is a whole number from 1 on (1: nodes run one after "
            "another in this process)"
        )
    chosen = _named(executor, "executor")
    if not (chosen is None or isinstance(chosen, Executor) or callable(chosen)):
        raise FreshError(
            f"executor = {executor!r}: wanted is a concurrent.futures.Executor, a function that "
            "makes one for a number of workers, or the full name of either"
        )
    alone = number == 1 and chosen is None
    return Workers(number, chosen, (not alone and _named(prepare, "prepare")) or divided_threads)


def divided_threads(workers: int) -> Callable[[], object]:
    """Each worker gets its share of this process's threads, by the variables of the libraries."""
    own = os.environ.get(THREADS[0], "")
    threads = int(own) if own.isdecimal() else available_cores()
    share = max(1, threads // workers)
    LOG.info("%d workers, each with %d of %d threads", workers, share, threads)
    return partial(_set_threads, share)


def _set_threads(number: int) -> None:
    os.environ.update(dict.fromkeys(THREADS, str(number)))


def available_cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _closed(executor: Executor) -> Iterator[Executor]:
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=False)
        raise
    executor.shutdown()


def _named(value: Any, argument: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return load_obj(value)
    except (ImportError, AttributeError, ValueError) as error:
        raise FreshError(f"{argument} = {value!r} cannot be imported: {error}") from error
