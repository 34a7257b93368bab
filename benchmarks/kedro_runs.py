"""Real `kedro` commands in a temporary copy of the project, as jobs.

The process of the job stays small, since a command's peak memory includes that of the process that
it was forked from. Nothing is patched: times come from the command's log and from `timings`.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.harness import ROOT, Sample, Work, repeated
from benchmarks.sources import with_features

# Terms that cost nothing before the first step are switched off, so that the epoch is short.
SHORT = "train.max_epochs=1,siger.lambda_perturbation=0,siger.lambda_alignment=0"
FIRST_NODE = re.compile(r": running, because ")
EPOCH = re.compile(r"stopped at epoch 1 ")
SHOWN = 2000  # characters of a failed command's log


@dataclass(frozen=True)
class Run:
    """A finished command.

    Attributes:
        seconds: until its end.
        first_node: seconds until its first node, None where it ran none.
        epoch: seconds until the log line of the first epoch, None where it trained nothing.
        peak_mib: peak memory.
    """

    seconds: float
    first_node: float | None
    epoch: float | None
    peak_mib: float


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


def kedro(project: Path, *arguments: str, data: Path | None = None) -> Run:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed.
    """
    given = {"SIGER_DATA": str(data)} if data else {}
    start, log, seen = time.perf_counter(), [], {}
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
        log.append(line)
        for name, pattern in (("first_node", FIRST_NODE), ("epoch", EPOCH)):
            if name not in seen and pattern.search(line):
                seen[name] = time.perf_counter() - start
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError("".join(log)[-SHOWN:])
    seconds = time.perf_counter() - start
    return Run(seconds, seen.get("first_node"), seen.get("epoch"), usage.ru_maxrss / 1024)


def to_first_step(scratch: Path, dataset: str, world: str, cached: bool) -> Work:
    """`kedro run` on raw files, until the training's first step begins.

    Args:
        scratch: folder of the run.
        dataset: an environment.
        world: whose features are read.
        cached: whether the results of all stages before the training exist.
    """
    data = with_features(scratch / f"raw_{cached}", dataset, scratch / world)
    project = copy_project(scratch / f"project_{cached}")
    arguments = ["run", "--env", dataset, "--pipelines", "train", "--params"]
    if cached:
        kedro(project, *arguments, SHORT, data=data)
    yield None
    for seed in range(10**6):
        if not cached:
            _delete_results(project)
        run = kedro(project, *arguments, f"{SHORT},train.seed={seed}", data=data)
        epoch = newest_timings(project)[0]
        assert run.epoch is not None
        seconds = run.epoch - epoch["seconds_train"] - epoch["seconds_validation"]
        yield Sample(seconds, notes={"seconds_first_node": run.first_node}, peak_mib=run.peak_mib)


def newest_timings(project: Path) -> list[dict[str, Any]]:
    """`timings` of the newest training, a row per epoch."""
    newest = max((project / "data").rglob("timings.parquet/*/timings.parquet"))
    rows: list[dict[str, Any]] = pq.read_table(newest).to_pylist()
    return rows


def _delete_results(project: Path) -> None:
    """Delete everything but the raw files."""
    for path in (project / "data").iterdir():
        if path.name != "01_raw":
            shutil.rmtree(path)


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
        assert all(run.first_node is None for run in done), "a node ran again"
        notes: dict[str, Any] = {"seconds_each": [round(run.seconds, 3) for run in done]}
        peak = max(run.peak_mib for run in done)
        yield Sample(sum(run.seconds for run in done), notes=notes, peak_mib=peak)


def command(scratch: Path, arguments: list[str]) -> Work:
    """A short `kedro` command on a project without results."""
    project = copy_project(scratch / f"project_{'_'.join(arguments).strip('-')}")
    yield None
    while True:
        run = kedro(project, *arguments)
        yield Sample(run.seconds, peak_mib=run.peak_mib)


def imports(scratch: Path, modules: list[str]) -> Work:
    """A process that only imports some modules: no start can be faster."""
    command = [sys.executable, "-c", f"import {', '.join(modules)}"]
    return repeated(lambda: subprocess.run(command, cwd=scratch, check=True, capture_output=True))
