"""What a row of a benchmark is measured by, and what it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import Job, Measured
from benchmarks.results import Row
from benchmarks.tables import number

PARTS = ("seconds_load", "seconds_graphs", "seconds_validation")  # of MMRec, beside its epoch


@dataclass(frozen=True)
class Options:
    """What was asked for beside the usual: slow alternatives, MMRec itself."""

    full: bool = False
    mmrec: Path | None = None


@dataclass(frozen=True)
class Case:
    """A row to be.

    Attributes:
        name: for `--only`.
        title: for people.
        job: what is measured.
        aim: at most so many seconds; None where there is none.
        world: that it needs prepared, empty for none.
        plain: the plain alternative, measured in turn.
        plain_in_full: only with `--full`.
        mmrec: models of MMRec to run beside it.
        memory_aim: at most so many MiB, by `memory`: a row of its own.
        memory: what of the measured figures.
        note: to be known.
        tell: names of further figures to show.
        in_full: only with `--full`.
    """

    name: str
    title: str
    job: Job
    aim: float | None = None
    world: str = ""
    plain: Job | None = None
    plain_in_full: bool = False
    mmrec: Sequence[str] = ()
    memory_aim: float | None = None
    memory: str = "peak"
    note: str = ""
    tell: Sequence[str] = ()
    in_full: bool = False

    def beside(self, options: Options) -> list[Job]:
        """The alternatives of a run."""
        jobs = []
        if self.plain and (options.full or not self.plain_in_full):
            jobs.append(self.plain)
        if options.mmrec:
            arguments = {"checkout": str(options.mmrec), "dataset": "baby", "world": self.world}
            jobs += [
                Job(f"MMRec {m}", "benchmarks.mmrec:epochs", {**arguments, "model": m}, repeat=2)
                for m in self.mmrec
            ]
        return jobs

    def row(self, own: Measured, others: Sequence[Measured]) -> Row:
        """The row, once it is measured."""
        beside = [f"{other.label} {figures}" for other in others if (figures := told(other, PARTS))]
        note = "; ".join([part for part in (self.note, told(own, self.tell), *beside) if part])
        return Row(self.name, self.title, "s", own.median, self.aim, own, tuple(others), note)


def memory_row(case: Case, own: Measured) -> list[Row]:
    """The row on a case's memory, where it has an aim for that."""
    if case.memory_aim is None:
        return []
    if case.memory == "block":
        title, value = "memory over inputs and outputs", own.notes["block_mib"]
    else:
        title, value = "peak memory", max(own.prepare_mib, own.peak_mib)
    return [Row(f"{case.name}_memory", f"{case.title}: {title}", "MiB", value, case.memory_aim)]


def told(measured: Measured, names: Sequence[str]) -> str:
    """Further figures of a job as words."""
    found = [(name, measured.notes[name]) for name in names if name in measured.notes]
    return "; ".join(f"{name} {number(v) if isinstance(v, float) else v}" for name, v in found)
