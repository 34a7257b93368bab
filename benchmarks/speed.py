"""Speed and memory on real data: `python -m benchmarks.speed [--only NAME] [--repeat N]`.

Each row is measured in processes of its own, in turn with the alternatives beside it.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchmarks.command import Case, chosen, run_cases
from benchmarks.harness import Job

DEFAULT_WAITING = {"GOMP_SPINCOUNT": "300000"}  # OpenMP's own
BUSY = "each core busy with another process"
MODULES = ["kedro.framework.cli.cli", "kedro.framework.session", "torch"]


def _job(label: str, name: str, /, **arguments: Any) -> Job:
    return Job(label, f"benchmarks.{name}", arguments)


def _ours(function: str, world: str, model: str = "siger", **arguments: Any) -> Job:
    return _job(model, f"jobs:{function}", world=world, model=model, **arguments)


def _plain(world: str, model: str, steps: int) -> Job:
    return _job(f"plain {model}", "plain_jobs:epochs", world=world, model=model, steps=steps)


def _start(*, cached: bool) -> Job:
    arguments = {"dataset": "baby", "world": "baby_wide", "cached": cached}
    return _job("kedro run", "kedro_runs:to_first_step", **arguments)


def _command(*arguments: str) -> Case:
    title = f"kedro {' '.join(arguments)}"
    name = title.replace(" --", "_").replace(" ", "_")
    return Case(name, title, _job(title, "kedro_runs:command", arguments=list(arguments)))


def _waiting(name: str, title: str, job: Job, *, busy: bool) -> Case:
    """A job in turn with OpenMP's default waiting, beside other processes or not."""
    if busy:
        title = f"{title}, {BUSY}"
        job = _job(job.label, "busy:beside_loops", function=job.function, **job.arguments)
    other = replace(job, label="default waiting", environment=DEFAULT_WAITING)
    return Case(name, title, job, beside=(other,))


SAMPLE_RUN = _job("ours", "kedro_runs:sample_run", model="lightgcn", epochs=12)
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
    Case(
        "start_cold",
        "raw files to first training step, Baby, 4096-d + 384-d (kedro run)",
        _start(cached=False),
        aim=3.0,
        notes=("seconds_first_node",),
    ),
    Case(
        "start_cached",
        "the same with cached graphs",
        _start(cached=True),
        aim=1.5,
        notes=("seconds_first_node",),
    ),
    _waiting("threads_idle", "LightGCN, sample, 12 epochs, idle machine", SAMPLE_RUN, busy=False),
    _waiting("threads_busy", "LightGCN, sample, 12 epochs", SAMPLE_RUN, busy=True),
    _waiting(
        "siger_busy",
        "SIGER epoch, Baby, 128-d features",
        _ours("epochs", "baby", steps=4),
        busy=True,
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
    _command("--version"),
    _command("status"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write the rows of speed; 2 where data are missing."""
    given = sys.argv[1:] if arguments is None else arguments
    return run_cases("speed", *chosen(CASES, given), given)


if __name__ == "__main__":
    sys.exit(main())
