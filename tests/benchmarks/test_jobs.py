"""Every job runs, on a world so small that its figures mean nothing."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchmarks.busy import busy_cores
from benchmarks.data import write_world
from benchmarks.harness import Job, Sample
from benchmarks.scale import STAGES
from contracts.world import small_world, withheld
from siger_pipeline.requests import features

JOBS: list[tuple[str, dict[str, Any]]] = [
    ("jobs:epochs", {"model": "siger"}),
    ("jobs:epochs", {"model": "lightgcn", "steps": 2, "batch_size": 16}),
    ("jobs:epochs", {"model": "damrs"}),  # it spells out the defaults of a graph
    ("jobs:fits", {"model": "itemknn"}),
    ("jobs:validations", {"model": "siger", "users": 7}),
    ("jobs:evaluate_stage", {"model": "lightgcn"}),
    ("jobs:graphs", {"model": "siger"}),
    ("plain_jobs:epochs", {"model": "siger"}),
    ("plain_jobs:epochs", {"model": "lightgcn"}),
    ("plain_jobs:validations", {"model": "lightgcn"}),
    ("busy:beside_loops", {"model": "lightgcn", "function": "benchmarks.jobs:epochs"}),
]


def samples(function: str, scratch: Path, count: int, /, **arguments: Any) -> list[Sample]:
    work = Job("", f"benchmarks.{function}", arguments).start(scratch)
    result = [next(work) for _ in range(count)]
    return [sample for sample in result if sample is not None]


@pytest.mark.parametrize(("function", "arguments"), JOBS)
def test_a_job_repeats(function: str, arguments: dict[str, Any], tmp_path: Path) -> None:
    inputs = small_world(users=60, items=80)
    raw = {modality: inputs[features(modality)] for modality in inputs.modalities}
    write_world(tmp_path / "small", withheld(inputs.interactions), raw)
    assert samples("data:prepare_model", tmp_path, 1, world="small", model=arguments["model"])
    both = samples(function, tmp_path, 2, world="small", **arguments)
    assert len(both) == 2
    assert all(sample.seconds > 0 for sample in both)
    assert [sample.share < 1 for sample in both] == ["batch_size" in arguments] * 2


def test_stages_of_growth_follow_each_other(tmp_path: Path) -> None:
    world = {"world": "n10000"}
    assert samples("scale_jobs:make", tmp_path, 1, **world)
    for stage in ("ingest", "bipartite", "co-occurrence", "kNN"):
        job = STAGES[stage].job(10**5)
        arguments = {**job.arguments, **world}
        assert samples(job.function.removeprefix("benchmarks."), tmp_path, 1, **arguments)
    assert samples("data:prepare_model", tmp_path, 1, **world, model="siger")
    arguments = {**world, "model": "siger", "steps": 1, "batch_size": 50}
    assert samples("jobs:epochs", tmp_path, 1, **arguments)[0].notes["steps"] == 1


def test_cores_are_busy_only_inside() -> None:
    with busy_cores() as loops:
        assert len(loops) == len(os.sched_getaffinity(0))
        assert all(loop.poll() is None for loop in loops)
    assert all(loop.poll() is not None for loop in loops)


def test_an_import_is_a_process_of_its_own(tmp_path: Path) -> None:
    (sample,) = samples("kedro_runs:imports", tmp_path, 1, modules=["json", "csv"])
    assert sample.seconds > 0
    with pytest.raises(subprocess.CalledProcessError):
        samples("kedro_runs:imports", tmp_path, 1, modules=["nothing_so"])
