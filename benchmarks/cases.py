"""The rows of `benchmarks.speed`: what is measured, what beside it, and the aims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.harness import Job, Measured
from benchmarks.results import Row, number

DEFAULT_WAITING = {"GOMP_SPINCOUNT": "300000"}  # OpenMP's own
MMREC_NOTES = ("seconds_load", "seconds_graphs", "seconds_validation")


@dataclass(frozen=True)
class Case:
    """What a row is measured by, and what it is compared with."""

    name: str  # for `--only`
    title: str
    job: Job  # of this project
    aim: float | None = None  # largest number of seconds that is wanted
    beside: Sequence[Job] = ()  # measured in turn
    mmrec: Sequence[str] = ()  # MMRec's models that are measured in turn, with `--mmrec`
    memory_aim: float | None = None  # largest number of MiB that is wanted; a row of its own
    notes: Sequence[str] = ()  # figures of the job to show

    @property
    def world(self) -> str:
        """The data that the job reads from the scratch folder, empty for none."""
        return str(self.job.arguments.get("world", ""))

    def alternatives(self, checkout: Path | None) -> list[Job]:
        """Jobs to measure in turn with this project's; MMRec's where there is a checkout."""
        models = self.mmrec if checkout else ()
        data = {"checkout": str(checkout), "dataset": "baby", "world": self.world}
        return [
            *self.beside,
            *(
                Job(f"MMRec {m}", "benchmarks.mmrec:epochs", {**data, "model": m}, 2)
                for m in models
            ),
        ]

    def rows(self, own: Measured, others: Sequence[Measured]) -> list[Row]:
        """The row of the seconds, and that of the memory where there is an aim for it."""
        of_mmrec = [other for other in others if other.label.startswith("MMRec")]
        beside = [f"{other.label} {_text(other, MMREC_NOTES)}" for other in of_mmrec]
        note = "; ".join(filter(None, [_text(own, self.notes), *beside]))
        rows = [Row(self.name, self.title, "s", own.median, self.aim, own, tuple(others), note)]
        if self.memory_aim is not None:
            what, mib = "peak memory", max(own.prepare_mib, own.peak_mib)
            if "block_mib" in own.notes:
                what, mib = "memory over inputs and outputs", own.notes["block_mib"]
            title = f"{self.title}: {what}"
            rows.append(Row(f"{self.name}_memory", title, "MiB", mib, self.memory_aim))
        return rows


def _text(measured: Measured, names: Sequence[str]) -> str:
    shown = [(name, measured.notes[name]) for name in names if name in measured.notes]
    return "; ".join(f"{name} {number(v) if isinstance(v, float) else v}" for name, v in shown)


def _job(label: str, function: str, **arguments: Any) -> Job:
    return Job(label, f"benchmarks.{function}", arguments)


def _ours(function: str, world: str, model: str = "siger") -> Job:
    return _job(model, f"jobs:{function}", world=world, model=model)


def _plain(world: str, model: str, steps: int) -> Job:
    return _job(f"plain {model}", "plain_jobs:epochs", world=world, model=model, steps=steps)


def _start(name: str, title: str, aim: float, *, cached: bool) -> Case:
    arguments = {"dataset": "baby", "world": "baby_wide", "cached": cached}
    job = _job("kedro run", "kedro_runs:to_first_step", **arguments)
    return Case(name, title, job, aim, notes=("seconds_first_node",))


def _command(name: str, *arguments: str) -> Case:
    title = f"kedro {' '.join(arguments)}"
    return Case(name, title, _job(title, "kedro_runs:command", arguments=list(arguments)))


def _waiting(name: str, title: str, job: Job) -> Case:
    other = replace(job, label="default waiting", environment=DEFAULT_WAITING)
    return Case(name, title, job, beside=(other,))


def _sample_run(*, busy: bool) -> Job:
    return _job("ours", "busy:sample_run", model="lightgcn", epochs=12, busy=busy)


BUSY = "each core busy with another process"
MODULES = ["kedro.framework.cli.cli", "kedro.framework.session", "torch"]
CASES = (
    Case(
        "siger_epoch",
        "SIGER epoch, Baby, 4096-d + 384-d",
        _ours("epochs", "baby_wide"),
        aim=13.0,
        beside=(_plain("baby_wide", "siger", 4),),
        mmrec=("MGCN", "FREEDOM"),
        memory_aim=700.0,
    ),
    Case(
        "siger_epoch_128",
        "SIGER epoch, Baby, 128-d features",
        _ours("epochs", "baby"),
        aim=9.0,
        beside=(_plain("baby", "siger", 6),),
    ),
    Case(
        "lightgcn_epoch",
        "LightGCN epoch, Baby",
        _ours("epochs", "baby", "lightgcn"),
        aim=1.2,
        beside=(_plain("baby", "lightgcn", 10),),
        mmrec=("LightGCN",),
    ),
    Case(
        "evaluation",
        "evaluation of one split, Baby, top 20",
        _ours("validations", "baby"),
        aim=0.5,
        beside=(
            _job("plain evaluation", "plain_jobs:validations", world="baby", model="lightgcn"),
        ),
    ),
    Case(
        "evaluate_stage",
        "evaluate stage, Baby: both splits, top 50, groups",
        _ours("evaluate_stage", "baby"),
    ),
    Case(
        "graphs_sports",
        "all graphs, Sports, 4096-d + 384-d",
        _ours("graphs", "sports_wide"),
        aim=4.0,
        memory_aim=256.0,
    ),
    _start(
        "start_cold",
        "raw files to first training step, Baby, 4096-d + 384-d (kedro run)",
        3.0,
        cached=False,
    ),
    _start("start_cached", "the same with cached graphs", 1.5, cached=True),
    _waiting("threads_idle", "LightGCN, sample, 12 epochs, idle machine", _sample_run(busy=False)),
    _waiting("threads_busy", f"LightGCN, sample, 12 epochs, {BUSY}", _sample_run(busy=True)),
    _waiting(
        "siger_busy",
        f"SIGER epoch, Baby, 128-d features, {BUSY}",
        _job("siger", "busy:epochs", world="baby", model="siger", steps=4),
    ),
    Case(
        "imports",
        "importing Kedro's command and PyTorch, nothing else: the floor of a start",
        _job("python", "kedro_runs:imports", modules=MODULES),
    ),
    Case(
        "run_again",
        "make run a second time: two fresh runs and kedro compare",
        _job("kedro", "kedro_runs:run_again"),
        aim=6.0,
        notes=("seconds_each",),
    ),
    _command("kedro_version", "--version"),
    _command("kedro_status", "status"),
)
