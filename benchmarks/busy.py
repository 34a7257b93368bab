"""Training while every core is also used by another process."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.harness import Job, Sample, Work
from benchmarks.kedro_runs import copy_project, kedro, newest_timings

STARTUP = 1.0  # seconds until a loop runs


@contextmanager
def busy_cores(wanted: bool) -> Iterator[list[subprocess.Popen[bytes]]]:
    """An endless loop on each core, where wanted."""
    command = [sys.executable, "-c", "while True: pass"]
    loops = [subprocess.Popen(command) for _ in (os.sched_getaffinity(0) if wanted else ())]
    if loops:
        time.sleep(STARTUP)
    try:
        yield loops
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def sample_run(scratch: Path, model: str, epochs: int, busy: bool) -> Work:
    """A training on the sample by `kedro run`; seconds of its epochs with their validation.

    Args:
        scratch: folder of the run.
        model: registered name.
        epochs: how many.
        busy: whether every core is also used by another process.
    """
    project = copy_project(scratch / f"project_{model}_{os.getpid()}")
    arguments = ["run", "--pipelines", "train", "--params"]
    changes = f"model={model},train.max_epochs={epochs}"
    kedro(project, *arguments, changes)
    yield None
    for seed in range(10**6):
        with busy_cores(busy):
            kedro(project, *arguments, f"{changes},train.seed={seed}")
        rows = newest_timings(project)
        yield Sample(sum(row["seconds_train"] + row["seconds_validation"] for row in rows))


def epochs(scratch: Path, **arguments: Any) -> Work:
    """`benchmarks.jobs.epochs` while every core is also used by another process."""
    work = Job("", "benchmarks.jobs:epochs", arguments).start(scratch)
    yield None
    while True:
        with busy_cores(True):
            sample = next(work)
        yield sample
