"""Real `kedro` commands, in a temporary copy of the project, as units of work.

This process stays small: what a command's process held before it became one counts as its peak.

Nothing of the project is patched: times come from the command's log as it is written and from the
`timings` that a training leaves. See `benchmarks.worker`.
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

from benchmarks.harness import ROOT
from benchmarks.sources import raw_folder, with_features
from benchmarks.worker import Sample, Work

# Terms that cost nothing before the first step are left out, so that one epoch is soon over.
SHORT = "train.max_epochs=1,siger.lambda_perturbation=0,siger.lambda_alignment=0"
FIRST_NODE = re.compile(r": running, because ")
EPOCH = re.compile(r"stopped at epoch 1 ")
TOLD = 2000


@dataclass(frozen=True)
class Run:
    """A command that has ended.

    Attributes:
        seconds: from its start to its end.
        first_node: from its start to its first node, None where it ran none.
        epoch: from its start to the line on its first epoch, None where it trained nothing.
        peak_mib: the most memory that it held.
    """

    seconds: float
    first_node: float | None
    epoch: float | None
    peak_mib: float


def copy_project(folder: Path) -> Path:
    """A copy without any result: configuration and the sample's raw files."""
    for name in ("conf", "data/01_raw/sample"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("local"))
    for name in ("conf/local", "src"):
        (folder / name).mkdir()
    for name in ("pyproject.toml", ".telemetry"):
        shutil.copy(ROOT / name, folder / name)
    logging = folder / "conf" / "logging.yml"
    # The start of a node is said at DEBUG only.
    told = "loggers:\n  kedro_fresh.running: {level: DEBUG}\n"
    logging.write_text(logging.read_text().replace("loggers:\n", told))
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
        raise RuntimeError("".join(log)[-TOLD:])
    seconds = time.perf_counter() - start
    return Run(seconds, seen.get("first_node"), seen.get("epoch"), usage.ru_maxrss / 1024)


def to_first_step(scratch: Path, dataset: str, world: str, graphs: str) -> Work:
    """`kedro run` on raw files, until the training's first step begins.

    Args:
        scratch: folder of the run.
        dataset: an environment.
        world: whose features are taken, the data set's own where empty.
        graphs: `made`: no result of an earlier run is there; `cached`: all but the training's are.
    """
    data = raw_folder(dataset).parent
    if world:
        data = with_features(scratch / f"raw_{graphs}", dataset, scratch / world)
    project = copy_project(scratch / f"project_{graphs}_{world}")
    arguments = ["run", "--env", dataset, "--pipelines", "train", "--params"]
    if graphs == "cached":
        kedro(project, *arguments, SHORT, data=data)
    yield None
    for seed in range(10**6):
        if graphs == "made":
            _forget(project)
        run = kedro(project, *arguments, f"{SHORT},train.seed={seed}", data=data)
        newest = max((project / "data").rglob("timings.parquet/*/timings.parquet"))
        epoch = pq.read_table(newest).to_pylist()[0]
        assert run.epoch is not None
        seconds = run.epoch - epoch["seconds_train"] - epoch["seconds_validation"]
        yield Sample(seconds, notes={"seconds_first_node": run.first_node}, peak_mib=run.peak_mib)


def _forget(project: Path) -> None:
    """Leave only the raw files."""
    for path in (project / "data").iterdir():
        if path.name != "01_raw":
            shutil.rmtree(path)


def once_more(scratch: Path) -> Work:
    """`make run` a second time: SIGER and LightGCN on the sample, all fresh, and the comparison."""
    project = copy_project(scratch / "project_again")
    runs: list[list[str]] = [
        ["run", "--params", f"model={model},train.max_epochs=1"] for model in ("siger", "lightgcn")
    ]
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
    """A short `kedro` command on a project without results; whether it imports PyTorch."""
    project = copy_project(scratch / f"project_{'_'.join(arguments).strip('-')}")
    notes = {"imports_torch": imports_torch(project, arguments)}
    yield None
    while True:
        run = kedro(project, *arguments)
        yield Sample(run.seconds, notes=notes, peak_mib=run.peak_mib)


def imports_torch(project: Path, arguments: list[str]) -> bool:
    """Whether a command imports PyTorch."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "kedro", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )
    return any(line.rpartition("|")[2].strip() == "torch" for line in done.stderr.splitlines())


def importing(scratch: Path, modules: list[str]) -> Work:
    """A process that imports some modules and ends: what no start can be faster than."""
    command = [sys.executable, "-c", f"import {', '.join(modules)}"]
    yield None
    while True:
        start = time.perf_counter()
        subprocess.run(command, cwd=scratch, check=True)
        yield Sample(time.perf_counter() - start)
