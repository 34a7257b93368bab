"""`kedro fresh prune` knows the studies of an environment, and their trials."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from .project import LOCAL, Project, copy_to

STUDIES = """
seeds: {models: [lightgcn], seeds: [1, 2]}
overlapping: {models: [lightgcn], seeds: [2, 3]}
another: {models: [mf_bpr], variants: {short: {max_epochs: 1}}}
"""
MODELS = "data/06_models/sample"
RUN = ("run", "--pipelines", "seeds", "--runner-params", "workers=2")
PRUNE = ("fresh", "prune", "--keep", "1", "--yes")
MEASURED = ["seconds", "peak_mib"]


def test_old_results_of_a_studys_trials_are_pruned_without_naming_the_study(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    # Those that are shipped are hundreds of trials.
    (tmp_path / "conf/base/studies.yml").write_text("table1: {models: [siger, lightgcn]}\n")
    (tmp_path / "conf/local/studies.yml").write_text("tiny: {models: [lightgcn], seeds: [1]}\n")
    metrics = tmp_path / "data/08_reporting/sample/lightgcn+seed=1/metrics.json"
    for day in (1, 2):
        version = metrics / f"2026-01-0{day}T00.00.00.000Z"
        version.mkdir(parents=True)
        (version / "metrics.json").write_text("{}")
    done = project.kedro("fresh", "prune", "--keep", "1", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "  lightgcn-seed-1/metrics  1 of 2 versions" in done.stdout
    # Another environment does not have this study.
    other = project.kedro("fresh", "prune", "--keep", "1", "--dry-run", "--env", "baby")
    assert other.returncode == 0, other.stderr
    assert "There is nothing to remove." in other.stdout
    # Nor can it have each study of the project.
    assert "study extractors is left out: conf/baby/studies.yml, line" in other.stderr


def table(project: Project) -> pd.DataFrame:
    path = project.newest("08_reporting/sample/studies/seeds/table.parquet")
    return pd.read_parquet(path).drop(columns=MEASURED)


def checkpoints(project: Project) -> list[Path]:
    return sorted((project.path / MODELS).glob("*/*/*/*.pt"))


@contextmanager
def stopped_study(project: Project, log: Path) -> Iterator[tuple[int, list[Any]]]:
    """The process of the study, and its two workers, stopped in mid-training; all go on after."""
    psutil = pytest.importorskip("psutil")
    before = len(checkpoints(project))
    command = [sys.executable, "-m", "kedro", *RUN]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=project.path, stdout=out, stderr=out) as run,
    ):
        try:
            while len(checkpoints(project)) < before + 4:  # the best and the last of each trial
                assert run.poll() is None, log.read_text()
                time.sleep(0.05)
            children = psutil.Process(run.pid).children()
            workers = [each for each in children if "spawn_main" in " ".join(each.cmdline())]
            for worker in workers:
                worker.suspend()
            yield run.pid, workers
            for worker in workers:
                if worker.is_running():
                    worker.resume()
            assert run.wait(300) == 1
        finally:
            run.kill()


@pytest.mark.slow
def test_a_study_that_trains_keeps_its_files_and_goes_on_after_a_worker_was_killed(
    tmp_path: Path,
) -> None:
    project, alone = copy_to(tmp_path / "shared"), copy_to(tmp_path / "alone")
    for each in (project, alone):
        (each.path / "conf/local/studies.yml").write_text(STUDIES)
    project.run(*RUN[1:])  # three epochs: old versions, in the end
    for each in (project, alone):
        (each.path / LOCAL).write_text("train: {max_epochs: 80, patience: 80}\n")
    alone.run(*RUN[1:])
    with stopped_study(project, tmp_path / "log") as (run, workers):
        there = checkpoints(project)
        pruned = project.kedro(*PRUNE)
        assert pruned.returncode == 1, pruned.stdout
        assert f"is being written by another run (process {run}, " in pruned.stderr
        told = project.fails("--pipelines", "overlapping")
        assert told.startswith("train.lightgcn-seed-2 is being written by another run")
        project.run("--pipelines", "another")
        assert set(there) <= set(checkpoints(project))
        workers[0].kill()
    assert "was ended by SIGKILL" in (tmp_path / "log").read_text()
    removed = project.kedro(*PRUNE)
    assert removed.returncode == 0, removed.stderr
    assert "lightgcn-seed-1/checkpoint" in removed.stdout
    assert "resumes after epoch" in project.run(*RUN[1:])
    assert_frame_equal(table(project), table(alone))
