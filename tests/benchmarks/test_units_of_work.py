"""Every unit of work runs, on a world so small that its figures mean nothing."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchmarks import worker
from benchmarks.busy import busy_cores
from benchmarks.data import features_of, write_world
from contracts.world import small_world, withheld

JOBS: list[tuple[str, dict[str, Any]]] = [
    ("jobs:epochs", {"model": "siger"}),
    ("jobs:epochs", {"model": "lightgcn", "steps": 2, "batch_size": 16}),
    ("jobs:validations", {"model": "siger", "users": 7}),
    ("jobs:evaluation_stage", {"model": "lightgcn"}),
    ("jobs:graphs", {}),
    ("plain_jobs:epochs", {"model": "siger"}),
    ("plain_jobs:epochs", {"model": "lightgcn"}),
    ("plain_jobs:validations", {"model": "lightgcn"}),
    ("plain_jobs:graphs", {}),
    ("busy:beside_loops", {"function": "benchmarks.jobs:epochs", "model": "lightgcn"}),
]


@pytest.mark.parametrize(("function", "arguments"), JOBS)
def test_a_job_repeats(function: str, arguments: dict[str, Any], tmp_path: Path) -> None:
    inputs = small_world(users=60, items=80)
    write_world(tmp_path / "small", withheld(inputs.interactions), features_of(inputs))
    work = worker.start(f"benchmarks.{function}", tmp_path, {"world": "small", **arguments})
    for _ in range(2):
        sample = next(work)
        assert sample is not None
        assert sample.seconds > 0
        assert (sample.share < 1) == ("batch_size" in arguments)


def test_stages_of_growth_follow_each_other(tmp_path: Path) -> None:
    stages = ("make", "ingest", "bipartite", "cooccurrence", "knn")
    for stage in stages:
        work = worker.start(f"benchmarks.scale_jobs:{stage}", tmp_path, {"number": 10_000})
        assert next(work) is not None
    arguments = {"world": "n10000", "model": "siger", "steps": 1, "batch_size": 50}
    sample = next(worker.start("benchmarks.jobs:epochs", tmp_path, arguments))
    assert sample is not None
    assert sample.notes["steps"] == 1


@pytest.mark.parametrize("kind", ["matmul", "stream", "gather", "random"])
def test_every_ceiling_has_a_rate(kind: str, tmp_path: Path) -> None:
    sample = next(worker.start("benchmarks.roofline:ceiling", tmp_path, {"kind": kind, "rows": 9}))
    assert sample is not None
    assert sample.notes["rate"] > 0


@pytest.mark.parametrize("busy", [False, True])
def test_busy_cores_are_busy_only_while_wanted(busy: bool) -> None:
    with busy_cores(busy) as loops:
        assert len(loops) == (len(os.sched_getaffinity(0)) if busy else 0)
        assert all(loop.poll() is None for loop in loops)
    assert all(loop.poll() is not None for loop in loops)


def test_an_import_is_a_process_of_its_own(tmp_path: Path) -> None:
    work = worker.start("benchmarks.kedro_runs:importing", tmp_path, {"modules": ["json", "csv"]})
    sample = next(work)
    assert sample is not None
    assert sample.seconds > 0
    broken = worker.start("benchmarks.kedro_runs:importing", tmp_path, {"modules": ["nothing_so"]})
    with pytest.raises(subprocess.CalledProcessError):
        next(broken)
