"""Training beside other processes: what it costs when each core is already in use.

See `benchmarks.worker`.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.kedro_runs import copy_project, kedro
from benchmarks.worker import Sample, Work, start

# How OpenMP waits unless it is told otherwise.
DEFAULT_WAITING = {"GOMP_SPINCOUNT": "300000"}
STARTED = 1.0  # seconds until a loop runs


@contextmanager
def busy_cores(wanted: bool) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A process on each core that never pauses, where wanted."""
    command = [sys.executable, "-c", "while True: pass"]
    cores = os.sched_getaffinity(0) if wanted else ()
    loops = [subprocess.Popen(command) for _ in cores]
    if loops:
        time.sleep(STARTED)
    try:
        yield loops
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def training(scratch: Path, model: str, epochs: int, busy: bool) -> Work:
    """A training on the sample by `kedro run`; seconds of its epochs with their validation.

    Args:
        scratch: folder of the run.
        model: registered name.
        epochs: so many.
        busy: whether the cores are in use otherwise.
    """
    project = copy_project(scratch / f"project_{model}_{os.getpid()}")
    arguments = ["run", "--pipelines", "train", "--params"]
    changes = f"model={model},train.max_epochs={epochs}"
    kedro(project, *arguments, changes)
    yield None
    for seed in range(10**6):
        with busy_cores(busy):
            kedro(project, *arguments, f"{changes},train.seed={seed}")
        newest = max((project / "data").rglob("timings.parquet/*/timings.parquet"))
        rows = pq.read_table(newest).to_pylist()
        yield Sample(sum(row["seconds_train"] + row["seconds_validation"] for row in rows))


def beside_loops(scratch: Path, function: str, **arguments: Any) -> Work:
    """Another unit of work, while the cores are in use otherwise."""
    work = start(function, scratch, arguments)
    yield None
    while True:
        with busy_cores(True):
            sample = next(work)
        yield sample
