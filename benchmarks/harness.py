"""Measuring: each job in a fresh process, jobs to compare in turn, medians of the repetitions.

A job is a generator: it yields None once its preparation is done, then a `Sample` per repetition.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias, TypeVar
from unittest.mock import patch

ROOT = Path(__file__).parents[1]
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
STATUS, CLEAR_REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
RESET_PEAK = "5"  # see proc(5)
SPAWN = multiprocessing.get_context("spawn")


class RefusalError(Exception):
    """Data or a device is missing; the message says what is wanted and where it comes from."""


@dataclass(frozen=True)
class Sample:
    """One repetition."""

    seconds: float
    share: float = 1.0  # of the work that was done; below 1 the rest is extrapolated
    notes: dict[str, Any] = field(default_factory=dict)  # other figures
    peak_mib: float | None = None  # of another process, if that did the work


Work: TypeAlias = Iterator[Sample | None]
T = TypeVar("T")


def repeated(function: Callable[[], Any], then: Callable[[Any], None] = lambda _: None) -> Work:
    """A prepared job: the seconds of each call, not counting what `then` does with its result."""
    yield None
    while True:
        start = time.perf_counter()
        result = function()
        seconds = time.perf_counter() - start
        then(result)
        yield Sample(seconds)


@dataclass(frozen=True)
class Job:
    """Work for a process of its own."""

    label: str
    function: str  # `module:function` of a generator; gets the scratch folder and the arguments
    arguments: dict[str, Any] = field(default_factory=dict)
    repeat: int | None = None  # its own number of repetitions, where the usual one takes too long
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, scratch: Path) -> Work:
        """The generator, its preparation done."""
        module, _, name = self.function.partition(":")
        work: Work = getattr(import_module(module), name)(scratch, **self.arguments)
        next(work)
        return work


@dataclass(frozen=True)
class Measured:
    """The result of a job."""

    label: str
    samples: list[float]  # seconds per repetition, extrapolated to the whole work
    warm_up: list[float]  # the same of the repetitions before those
    share: float  # of the work that was done in each repetition
    threads: int  # of PyTorch
    prepare_mib: float  # peak memory of the preparation
    ready_mib: float  # memory after the preparation
    peak_mib: float  # peak memory of the repetitions
    notes: dict[str, Any]  # other figures, of the last repetition

    @property
    def median(self) -> float:
        """Median of the samples, seconds."""
        return median(self.samples)

    def to_json(self) -> dict[str, Any]:
        """JSON values, with median, minimum and maximum."""
        spread = {"median": self.median, "min": min(self.samples), "max": max(self.samples)}
        return {**self.__dict__, **spread}


def measure(
    jobs: Sequence[Job],
    scratch: Path,
    *,
    repeat: int,
    warm_up: int = 1,
    threads: int | None = None,
) -> list[Measured]:
    """Repeat the jobs in turn: the first, the second, …, the first again.

    Args:
        jobs: to compare; each has one process for all its repetitions.
        scratch: folder that they share.
        repeat: measured repetitions of each job without a number of its own.
        warm_up: repetitions before those.
        threads: of PyTorch and BLAS; their own choice where None.

    Raises:
        RuntimeError: a job failed; the message holds its traceback.
    """
    counts = [(warm_up, repeat) if job.repeat is None else (0, job.repeat) for job in jobs]
    limits = dict.fromkeys(THREAD_VARIABLES if threads else (), str(threads))
    with ExitStack() as stack:
        pools = [stack.enter_context(ProcessPoolExecutor(1, SPAWN)) for _ in jobs]
        ready, answers = [], [list[Sample]() for _ in jobs]
        for job, pool in zip(jobs, pools, strict=True):
            with patch.dict(os.environ, limits | job.environment):
                ready.append(_answer(job, pool.submit(_prepare, job, scratch)))
        for turn in range(max(map(sum, counts))):
            for job, pool, count, own in zip(jobs, pools, counts, answers, strict=True):
                if turn < sum(count):
                    own.append(_answer(job, pool.submit(_repeat)))
    return [
        _measured(job.label, start, own, count[0])
        for job, start, own, count in zip(jobs, ready, answers, counts, strict=True)
    ]


def _answer(job: Job, future: Future[T]) -> T:
    try:
        return future.result()
    except BrokenProcessPool:
        raise RuntimeError(f"{job.label} failed: its process ended") from None
    except Exception as error:
        raise RuntimeError(f"{job.label} failed: {error.__cause__ or error}") from error


_at_work: list[Work] = []  # the job of this process


def _prepare(job: Job, scratch: Path) -> dict[str, Any]:
    """Prepare the job of this process; its memory then."""
    os.dup2(2, 1)  # the output is the table's
    os.chdir(ROOT)
    _at_work.append(job.start(scratch))
    torch = sys.modules.get("torch")
    threads = torch.get_num_threads() if torch else len(os.sched_getaffinity(0))
    ready = {"prepare_mib": peak_mib(), "ready_mib": resident_mib(), "threads": threads}
    CLEAR_REFS.write_text(RESET_PEAK)
    return ready


def _repeat() -> Sample:
    """One repetition of the job of this process."""
    sample = next(_at_work[0])
    assert sample is not None
    return replace(sample, peak_mib=peak_mib() if sample.peak_mib is None else sample.peak_mib)


def _measured(
    label: str, ready: dict[str, Any], answers: Sequence[Sample], warm_up: int
) -> Measured:
    seconds, last = [answer.seconds / answer.share for answer in answers], answers[-1]
    peak = max(answer.peak_mib or 0.0 for answer in answers)
    own = {"share": last.share, "notes": last.notes, "peak_mib": peak}
    return Measured(label, seconds[warm_up:], seconds[:warm_up], **{**ready, **own})


def peak_mib() -> float:
    """Peak memory of this process since its start, or since its preparation, MiB."""
    return resident_mib("VmHWM")


def resident_mib(name: str = "VmRSS") -> float:
    """Memory of this process now, MiB."""
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return int(lines[name].split()[0]) / 1024
