"""Measuring: each job in a fresh process, compared ones in turn, medians of repetitions."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Self

ROOT = Path(__file__).parents[1]
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
TOLD = 2000  # characters of what a process wrote before it failed


class RefusalError(Exception):
    """Something to measure with is missing; the message says what and where it comes from."""


@dataclass(frozen=True)
class Job:
    """A unit of work for a process of its own.

    Attributes:
        label: what it is, for tables.
        function: `module:function` of a generator, see `benchmarks.worker`.
        arguments: of that function, as JSON has them.
        repeat: its own number of repetitions, where it is too slow for the run's.
        environment: variables of its process, beside those of this one.
    """

    label: str
    function: str
    arguments: dict[str, Any] = field(default_factory=dict)
    repeat: int | None = None
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """What came of a job.

    Attributes:
        label: of the job.
        samples: seconds for the whole unit of work, one a repetition, the warm-up left out.
        warm_up: those of the warm-up.
        share: how much of the unit was done in each; below 1 the samples are extrapolated.
        threads: that PyTorch worked with.
        prepare_mib: peak memory of the preparation.
        ready_mib: memory held after it.
        peak_mib: peak memory of the repetitions.
        notes: other figures, of the last repetition.
    """

    label: str
    samples: list[float]
    warm_up: list[float]
    share: float
    threads: int
    prepare_mib: float
    ready_mib: float
    peak_mib: float
    notes: dict[str, Any]

    @property
    def median(self) -> float:
        """Of the samples, seconds."""
        return median(self.samples)

    @property
    def step_seconds(self) -> float:
        """Of one of the `steps` that were done in a repetition."""
        return self.median * self.share / float(self.notes["steps"])

    def to_json(self) -> dict[str, Any]:
        """As plain values, with median, minimum and maximum beside the samples."""
        spread = {"median": self.median, "min": min(self.samples), "max": max(self.samples)}
        return {**self.__dict__, **spread}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__})


class Process:
    """The process of one job, ready to repeat."""

    def __init__(self, job: Job, scratch: Path, threads: int | None) -> None:
        """Start it and wait until it is prepared."""
        asked = {"function": job.function, "arguments": job.arguments, "scratch": str(scratch)}
        self.job = job
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115, closed at exit
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", json.dumps(asked)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            cwd=ROOT,
            env=os.environ
            | dict.fromkeys(THREAD_VARIABLES if threads else (), str(threads))
            | job.environment,
        )
        self.ready = self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()
        self.errors.close()

    def repeat(self) -> dict[str, Any]:
        """One repetition."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            code = self.process.wait()
            self.errors.seek(0)
            told = self.errors.read()[-TOLD:]
            raise RuntimeError(f"{self.job.label} failed, exit status {code}:\n{told}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def measure(
    jobs: Sequence[Job],
    scratch: Path,
    *,
    repeat: int,
    warm_up: int = 1,
    threads: int | None = None,
) -> list[Measured]:
    """Repeat jobs in turn: the first, the second, …, the first again.

    Args:
        jobs: the ones to compare; each has a process of its own for all its repetitions.
        scratch: folder that they share.
        repeat: measured repetitions of each, unless the job has its own number.
        warm_up: repetitions before those.
        threads: for PyTorch and BLAS; their own choice where None.

    Raises:
        RuntimeError: a job failed; the message ends with what its process wrote.
    """
    wanted = [warm_up + repeat if job.repeat is None else job.repeat for job in jobs]
    with ExitStack() as stack:
        processes = [stack.enter_context(Process(job, scratch, threads)) for job in jobs]
        answers: list[list[dict[str, Any]]] = [[] for _ in jobs]
        for turn in range(max(wanted)):
            for process, number, found in zip(processes, wanted, answers, strict=True):
                if turn < number:
                    found.append(process.repeat())
    return [
        _measured(process, found, warm_up if process.job.repeat is None else 0)
        for process, found in zip(processes, answers, strict=True)
    ]


def _measured(process: Process, answers: list[dict[str, Any]], warm_up: int) -> Measured:
    seconds = [answer["seconds"] / answer["share"] for answer in answers]
    return Measured(
        label=process.job.label,
        samples=seconds[warm_up:],
        warm_up=seconds[:warm_up],
        share=answers[-1]["share"],
        threads=process.ready["threads"],
        prepare_mib=process.ready["prepare_mib"],
        ready_mib=process.ready["ready_mib"],
        peak_mib=max(answer["peak_mib"] for answer in answers),
        notes=answers[-1]["notes"],
    )
