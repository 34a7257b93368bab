"""Real `kedro` commands in a temporary copy of the project, as jobs.

The process of the job stays small, since a command's peak memory includes that of the process that
it was forked from. Nothing is patched: times come from the command's log and from `timings`.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.harness import ROOT, Sample, Work, repeated
from benchmarks.sources import with_features

# Terms that cost nothing before the first step are switched off, so that the epoch is short.
SHORT = "train.max_epochs=1,siger.lambda_perturbation=0,siger.lambda_alignment=0"
FIRST_NODE, EPOCH = "seconds_first_node", "seconds_first_epoch"
SEEN = {FIRST_NODE: ": running, because ", EPOCH: "stopped at epoch 1 "}
SHOWN = 2000  # characters of a failed command's log


def copy_project(folder: Path) -> Path:
    """A copy without results: configuration and the sample's raw files."""
    for name in ("conf", "data/01_raw/sample"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("local"))
    for name in ("conf/local", "src"):
        (folder / name).mkdir()
    for name in ("pyproject.toml", ".telemetry"):
        shutil.copy(ROOT / name, folder / name)
    logging = folder / "conf" / "logging.yml"
    # The start of a node is logged at DEBUG.
    loggers = "loggers:\n  kedro_fresh.running: {level: DEBUG}\n"
    logging.write_text(logging.read_text().replace("loggers:\n", loggers))
    return folder


def kedro(project: Path, *arguments: str, data: Path | None = None) -> Sample:
    """A command until its end; seconds until its first node and first epoch in the notes.

    Raises:
        RuntimeError: it failed.
    """
    given = {"SIGER_DATA": str(data)} if data else {}
    start, log, seen = time.perf_counter(), "", dict[str, Any]()
    process = subprocess.Popen(
        [sys.executable, "-m", "kedro", *arguments],
        cwd=project,
        env={**os.environ, "COLUMNS": "200", **given},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        log += line
        for name, text in SEEN.items():
            if text in line:
                seen.setdefault(name, time.perf_counter() - start)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(log[-SHOWN:])
    return Sample(time.perf_counter() - start, notes=seen, peak_mib=usage.ru_maxrss / 1024)


def to_first_step(scratch: Path, dataset: str, world: str, cached: bool) -> Work:
    """`kedro run` on raw files with a world's features, until the training's first step begins.

    If cached, the results of all stages before the training exist.
    """
    data = with_features(scratch / f"raw_{cached}", dataset, scratch / world)
    project = copy_project(scratch / f"project_{cached}")
    arguments = ["run", "--env", dataset, "--pipelines", "train", "--params"]
    if cached:
        kedro(project, *arguments, SHORT, data=data)
    yield None
    for seed in range(10**6):
        for path in (project / "data").iterdir():
            if not cached and path.name != "01_raw":
                shutil.rmtree(path)
        run = kedro(project, *arguments, f"{SHORT},train.seed={seed}", data=data)
        seconds = run.notes[EPOCH] - sum(epoch_seconds(project))
        yield replace(run, seconds=seconds)


def epoch_seconds(project: Path) -> list[float]:
    """Seconds of each epoch of the newest training, its validation included."""
    newest = max(
        (project / "data").rglob("timings.parquet/*/timings.parquet"), key=lambda p: p.parent.name
    )
    rows = pq.read_table(newest).to_pylist()
    return [row["seconds_train"] + row["seconds_validation"] for row in rows]


def sample_run(scratch: Path, model: str, epochs: int) -> Work:
    """A training on the sample by `kedro run`; seconds of its epochs with their validation."""
    project = copy_project(scratch / f"project_{model}_{os.getpid()}")
    arguments = ["run", "--pipelines", "train", "--params"]
    changes = f"model={model},train.max_epochs={epochs}"
    kedro(project, *arguments, changes)
    yield None
    for seed in range(10**6):
        kedro(project, *arguments, f"{changes},train.seed={seed}")
        yield Sample(sum(epoch_seconds(project)))


def run_again(scratch: Path) -> Work:
    """`make run` a second time: SIGER and LightGCN on the sample, all fresh, and the comparison."""
    project = copy_project(scratch / "project_again")
    short = "train.max_epochs=1"
    runs = [["run", "--params", f"model={m},{short}"] for m in ("siger", "lightgcn")]
    runs.append(["compare"])
    for arguments in runs:
        kedro(project, *arguments)
    yield None
    while True:
        done = [kedro(project, *arguments) for arguments in runs]
        assert not any(FIRST_NODE in run.notes for run in done), "a node ran again"
        seconds = [run.seconds for run in done]
        notes = {"seconds_each": [round(each, 3) for each in seconds]}
        yield Sample(sum(seconds), notes=notes, peak_mib=max(run.peak_mib or 0.0 for run in done))


def command(scratch: Path, arguments: list[str]) -> Work:
    """A short `kedro` command on a project without results."""
    project = copy_project(scratch / f"project_{'_'.join(arguments).strip('-')}")
    yield None
    while True:
        yield kedro(project, *arguments)


def imports(scratch: Path, modules: list[str]) -> Work:
    """A process that only imports some modules: no start can be faster."""
    command = [sys.executable, "-c", f"import {', '.join(modules)}"]
    return repeated(lambda: subprocess.run(command, cwd=scratch, check=True, capture_output=True))
