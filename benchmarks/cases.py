"""The rows of `benchmarks.speed`: what is measured, what beside it, and what is aimed at."""

from dataclasses import replace

from benchmarks.busy import DEFAULT_WAITING
from benchmarks.case import Case
from benchmarks.harness import Job


def _training(world: str, model: str) -> Job:
    return Job(model, "benchmarks.jobs:epochs", {"world": world, "model": model})


def _plain_training(world: str, model: str, steps: int | None) -> Job:
    arguments = {"world": world, "model": model, "steps": steps}
    return Job(f"plain {model}", "benchmarks.plain_jobs:epochs", arguments)


def _to_first_step(graphs: str, world: str) -> Job:
    arguments = {"dataset": "baby", "world": world, "graphs": graphs}
    return Job("kedro run", "benchmarks.kedro_runs:to_first_step", arguments)


def _command(*arguments: str) -> Job:
    label = " ".join(("kedro", *arguments))
    return Job(label, "benchmarks.kedro_runs:command", {"arguments": list(arguments)})


def _on_the_sample(busy: bool) -> Job:
    arguments = {"model": "lightgcn", "epochs": 12, "busy": busy}
    return Job("ours", "benchmarks.busy:training", arguments)


def _with_default_waiting(job: Job) -> Job:
    return replace(job, label="default waiting", environment=DEFAULT_WAITING)


SIGER_BESIDE_LOOPS = Job(
    "siger",
    "benchmarks.busy:beside_loops",
    {"function": "benchmarks.jobs:epochs", "world": "baby", "model": "siger", "steps": 4},
)
SIGER_EPOCH, GRAPHS = "siger_epoch", "graphs_sports"
IMPORTED = ("kedro.framework.cli.cli", "kedro.framework.session", "torch")
CASES = (
    Case(
        SIGER_EPOCH,
        "SIGER epoch, Baby, 4096-d + 384-d",
        _training("baby_wide", "siger"),
        aim=13.0,
        world="baby_wide",
        plain=_plain_training("baby_wide", "siger", 4),
        mmrec=("MGCN", "FREEDOM"),
        memory_aim=700.0,
    ),
    Case(
        "siger_epoch_128",
        "SIGER epoch, Baby, 128-d features",
        _training("baby", "siger"),
        aim=9.0,
        world="baby",
        plain=_plain_training("baby", "siger", 6),
    ),
    Case(
        "lightgcn_epoch",
        "LightGCN epoch, Baby",
        _training("baby", "lightgcn"),
        aim=1.2,
        world="baby",
        plain=_plain_training("baby", "lightgcn", 10),
        mmrec=("LightGCN",),
    ),
    Case(
        "evaluation",
        "evaluation of one split, Baby, top 20",
        Job("ours", "benchmarks.jobs:validations", {"world": "baby", "model": "siger"}),
        aim=0.5,
        world="baby",
        plain=Job(
            "plain evaluation",
            "benchmarks.plain_jobs:validations",
            {"world": "baby", "model": "lightgcn"},
        ),
    ),
    Case(
        "evaluate_stage",
        "evaluate stage, Baby: both splits, top 50, groups",
        Job("ours", "benchmarks.jobs:evaluation_stage", {"world": "baby", "model": "siger"}),
        world="baby",
    ),
    Case(
        GRAPHS,
        "all graphs, Sports, 4096-d + 384-d",
        Job("ours", "benchmarks.jobs:graphs", {"world": "sports_wide"}),
        aim=4.0,
        world="sports_wide",
        plain=Job(
            "plain graphs", "benchmarks.plain_jobs:graphs", {"world": "sports_wide"}, repeat=1
        ),
        plain_in_full=True,
        memory_aim=256.0,
        memory="block",
    ),
    Case(
        "start_cold",
        "raw files to first training step, Baby, 4096-d + 384-d (kedro run)",
        _to_first_step("made", "baby_wide"),
        aim=3.0,
        world="baby_wide",
        tell=("seconds_first_node",),
        note="no result of an earlier run; the files may lie in the system's cache",
    ),
    Case(
        "start_cached",
        "the same with cached graphs",
        _to_first_step("cached", "baby_wide"),
        aim=1.5,
        world="baby_wide",
        tell=("seconds_first_node",),
    ),
    Case(
        "start_cold_128",
        "raw files to first training step, Baby, 128-d (kedro run)",
        _to_first_step("made", ""),
        tell=("seconds_first_node",),
        world="baby",
        in_full=True,
    ),
    Case(
        "threads_idle",
        "LightGCN, sample, 12 epochs, idle machine",
        _on_the_sample(busy=False),
        plain=_with_default_waiting(_on_the_sample(busy=False)),
    ),
    Case(
        "threads_busy",
        "LightGCN, sample, 12 epochs, each core busy with another process",
        _on_the_sample(busy=True),
        plain=_with_default_waiting(_on_the_sample(busy=True)),
    ),
    Case(
        "siger_busy",
        "SIGER epoch, Baby, 128-d features, each core busy with another process",
        SIGER_BESIDE_LOOPS,
        world="baby",
        plain=_with_default_waiting(SIGER_BESIDE_LOOPS),
    ),
    Case(
        "imports",
        "importing Kedro's command and PyTorch, nothing else: the floor of a start",
        Job("python", "benchmarks.kedro_runs:importing", {"modules": list(IMPORTED)}),
    ),
    Case(
        "run_again",
        "make run a second time: two fresh runs and kedro compare",
        Job("kedro", "benchmarks.kedro_runs:once_more"),
        aim=6.0,
        tell=("seconds_each",),
    ),
    Case("kedro_version", "kedro --version", _command("--version"), tell=("imports_torch",)),
    Case("kedro_status", "kedro status", _command("status"), tell=("imports_torch",)),
)
