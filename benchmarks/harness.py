"""Measuring: each job in a fresh process, jobs to compare in turn, medians of the repetitions.

A job is a generator: it yields None once its preparation is done, then a `Sample` per repetition.
"""

import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias
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

    @property
    def step_seconds(self) -> float:
        """Seconds of one of the `steps` of the notes."""
        return self.median * self.share / float(self.notes["steps"])

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
    wanted = [warm_up + repeat if job.repeat is None else job.repeat for job in jobs]
    with ExitStack() as stack:
        pipes = [stack.enter_context(_process(job, scratch, threads)) for job in jobs]
        ready = [_answer(job, pipe) for job, pipe in zip(jobs, pipes, strict=True)]
        answers: list[list[dict[str, Any]]] = [[] for _ in jobs]
        for turn in range(max(wanted)):
            for job, pipe, count, own in zip(jobs, pipes, wanted, answers, strict=True):
                if turn < count:
                    pipe.send(None)
                    own.append(_answer(job, pipe))
    return [
        _measured(job, start, own, warm_up if job.repeat is None else 0)
        for job, start, own in zip(jobs, ready, answers, strict=True)
    ]


@contextmanager
def _process(job: Job, scratch: Path, threads: int | None) -> Iterator[Connection]:
    """The pipe to a new process that prepares the job and waits for messages."""
    ours, theirs = SPAWN.Pipe()
    limits = dict.fromkeys(THREAD_VARIABLES if threads else (), str(threads))
    with patch.dict(os.environ, limits | job.environment):
        process = SPAWN.Process(target=_serve, args=(job, scratch, theirs))
        process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join()


def _answer(job: Job, pipe: Connection) -> dict[str, Any]:
    try:
        answer = pipe.recv()
    except EOFError:
        raise RuntimeError(f"{job.label} failed: its process ended") from None
    if isinstance(answer, str):
        raise RuntimeError(f"{job.label} failed: {answer}")
    result: dict[str, Any] = answer
    return result


def _serve(job: Job, scratch: Path, pipe: Connection) -> None:
    """Prepare the job, then repeat it for each message, until the pipe is closed."""
    os.dup2(2, 1)  # what the job prints is no result
    os.chdir(ROOT)
    try:
        work = job.start(scratch)
        pipe.send({"prepare_mib": peak_mib(), "ready_mib": resident_mib(), "threads": _threads()})
        CLEAR_REFS.write_text(RESET_PEAK)
        while True:
            pipe.recv()
            sample = next(work)
            assert sample is not None
            own = peak_mib() if sample.peak_mib is None else sample.peak_mib
            pipe.send({**sample.__dict__, "peak_mib": own})
    except EOFError:
        return
    except Exception:
        pipe.send(traceback.format_exc())


def _measured(
    job: Job, ready: dict[str, Any], answers: Sequence[dict[str, Any]], warm_up: int
) -> Measured:
    seconds = [answer["seconds"] / answer["share"] for answer in answers]
    peak, last = max(answer["peak_mib"] for answer in answers), answers[-1]
    own = {"share": last["share"], "notes": last["notes"], "peak_mib": peak}
    return Measured(job.label, seconds[warm_up:], seconds[:warm_up], **ready, **own)


def resident_mib() -> float:
    """Memory of this process now, MiB."""
    return _status("VmRSS")


def peak_mib() -> float:
    """Peak memory of this process since its start, or since its preparation, MiB."""
    return _status("VmHWM")


def _status(name: str) -> float:
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    return int(lines[name].split()[0]) / 1024


def _threads() -> int:
    torch = sys.modules.get("torch")
    return torch.get_num_threads() if torch else len(os.sched_getaffinity(0))
