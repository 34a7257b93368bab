"""Sweeps of real processes: killed, side by side, pruned, failed, and shared with single runs."""

import gzip
import os
import re
import shlex
import shutil
import signal
import time
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from end_to_end.project import LOCAL, Project, copy_to
from end_to_end.warm import Command
from postgres import Server, postgres

__all__ = ["postgres"]  # a fixture
STUDIES = "conf/base/studies.yml"
SWEEP = """
mine:
  models: [lightgcn]
  search:
    budget: 5
    startup: 1
    warmup: 1
    space: {learning_rate: {low: 0.0001, high: 0.3, log: true}, layers: [1, 2]}
"""
RUN = ("--pipelines", "mine")
TRAINER = "siger_pipeline.training.trainer"
MEASURED = ["seconds"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample with its splits and LightGCN's graph, and a sweep that is yet to run."""
    project = copy_to(tmp_path_factory.mktemp("prepared"))
    (project.path / STUDIES).write_text(SWEEP)
    (project.path / LOCAL).write_text("train: {max_epochs: 6, patience: 6}\n")
    project.run("--tags", "ingest,graphs", "--params", "model=lightgcn")
    return project


@pytest.fixture(scope="module")
def unbroken(prepared: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy in which the sweep has run: to read."""
    project = copy_of(prepared, tmp_path_factory.mktemp("unbroken"))
    project.run(*RUN)
    return project


def copy_of(project: Project, folder: Path) -> Project:
    shutil.copytree(project.path, folder / "project")
    return Project(folder / "project")


def table_of(project: Project) -> pd.DataFrame:
    path = project.newest("08_reporting/sample/studies/mine/table.parquet")
    return pd.read_parquet(path).drop(columns=MEASURED)


def started(project: Project, log: Path) -> Command:
    return project.started(log, "run", *RUN, **project.verbose(TRAINER))


KILLED = """
import logging, os, signal

make = logging.getLogRecordFactory()

def killed_by(*given, **named):
    record = make(*given, **named)
    if {text!r} in record.getMessage():
        os.kill(os.getpid(), signal.SIGKILL)
    return record

logging.setLogRecordFactory(killed_by)
"""


def killed_at(project: Project, folder: Path, text: str) -> str:
    """A run of the sweep that is killed where it is about to say this; what it said before."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(KILLED.format(text=text))
    paths = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    log, told = folder / "log", project.verbose(TRAINER)
    with project.started(log, "run", *RUN, PYTHONPATH=paths, **told) as command:
        assert command.wait() == -signal.SIGKILL, log.read_text()
    return log.read_text()


def test_a_sweep_chooses_trains_prunes_and_tells(unbroken: Project) -> None:
    table = table_of(unbroken)
    assert table["point"].tolist() == [1, 2, 3, 4, 5]
    assert set(table["state"]) == {"complete", "pruned"}
    pruned = table[table["state"] == "pruned"]
    assert (pruned["epochs"] < 6).all()
    complete = table[table["state"] == "complete"]
    assert (complete["epochs"] == 6).all()
    best = complete.loc[complete["value"].idxmax()]
    texts = {
        kind: unbroken.newest(f"08_reporting/sample/studies/mine/table.{kind}").read_text()
        for kind in ("md", "tex", "csv")
    }
    assert best["command"] in texts["md"]
    assert f"{best['value']:.4f}" in texts["tex"]
    assert len(texts["csv"].splitlines()) == 6
    log = unbroken.run(*RUN)
    assert re.search(r"All \d+ nodes are fresh: none had to run", log)
    assert f"lightgcn: best recall@20 {best['value']:.4f}: {best['command']}" in log
    status = unbroken.kedro("status", *RUN).stdout
    assert "a run executes none" in status


def test_a_trial_of_a_sweep_is_a_trial(unbroken: Project, tmp_path: Path) -> None:
    project = copy_of(unbroken, tmp_path)
    table = table_of(project)
    complete = table[table["state"] == "complete"]
    command = shlex.split(complete.iloc[0]["command"])
    status = project.kedro("status", *command[2:]).stdout
    trained = [line for line in status.splitlines() if "train." in line]
    assert trained and all(line.startswith("fresh") for line in trained)
    history = project.newest(f"08_reporting/sample/{complete.iloc[0]['trial']}/history.parquet")
    assert pd.read_parquet(history)["recall@20"].max() == complete.iloc[0]["value"]
    # What was measured on the test split: nothing, before a person asks for it.
    assert not list((project.path / "data/08_reporting/sample").glob("*/metrics.json"))
    # A pruned one has no result either: alone, it goes on from where it was broken off.
    pruned = table[table["state"] == "pruned"].iloc[0]
    arguments = shlex.split(pruned["command"])[2:]
    assert "stale" in project.kedro("status", *arguments).stdout
    log = project.run(*arguments, "--to-outputs", f"{slug_of(project, pruned['trial'])}/metrics")
    assert re.search(r"resumes after epoch \d", log)
    history = project.newest(f"08_reporting/sample/{pruned['trial']}/history.parquet")
    assert len(pd.read_parquet(history)) == 6


def slug_of(project: Project, trial: str) -> str:
    found = next((project.path / "data/.fresh").glob(f"train.{re.sub('[^a-z0-9_]', '?', trial)}-*"))
    return found.name.removeprefix("train.").rpartition("-")[0]


def test_what_a_single_run_has_trained_is_taken_from_the_cache(
    unbroken: Project, prepared: Project, tmp_path: Path
) -> None:
    project = copy_of(prepared, tmp_path)
    first = table_of(unbroken).iloc[0]
    project.run(*shlex.split(first["command"])[2:], "--pipelines", "train")
    log = project.run(*RUN)
    assert_frame_equal(table_of(project), table_of(unbroken))
    assert f"train.lightgcn-{first['trial'].partition('+')[2].replace('.', '-')}" not in log
    assert len(re.findall(r"train\.\S+: (ran in|broken off)", log)) == 4


def test_a_sweep_that_was_killed_ends_as_one_that_was_not(
    unbroken: Project, prepared: Project, tmp_path: Path
) -> None:
    project = copy_of(prepared, tmp_path)
    killed_at(project, tmp_path / "first", "epoch 3, step")
    said = killed_at(project, tmp_path / "second", "point 2 of 5")
    assert "point 1: its process ended before it did, so it runs again" in said
    project.run(*RUN)
    assert_frame_equal(table_of(project), table_of(unbroken))


def test_two_processes_share_the_points(prepared: Project, tmp_path: Path) -> None:
    project = copy_of(prepared, tmp_path)
    logs = [tmp_path / f"{n}.log" for n in range(2)]
    processes = [started(project, log) for log in logs]
    for process, log in zip(processes, logs, strict=True):
        assert process.wait() == 0, log.read_text()
    table = table_of(project)
    assert table["point"].tolist() == [1, 2, 3, 4, 5]
    assert table["trial"].nunique() == 5
    text = "".join(log.read_text() for log in logs)
    done = re.findall(r"mine, lightgcn point (\d) of 5 \(", text)
    assert sorted(done) == ["1", "2", "3", "4", "5"]
    assert re.search(r"All \d+ nodes are fresh", project.run(*RUN))


GRID = """
mine:
  models: [lightgcn, mf_bpr]
  search:
    budget: 3
    sampler: grid
    pruner: none
    storage: {storage}
    space: {{learning_rate: [0.01, 0.001, 0.003]}}
"""


@pytest.mark.slow
def test_a_server_that_is_killed_under_two_processes(
    prepared: Project, postgres: Server, tmp_path: Path
) -> None:
    alone = copy_of(prepared, tmp_path / "alone")
    (alone.path / STUDIES).write_text(GRID.format(storage="null"))
    alone.run(*RUN)
    project = copy_of(prepared, tmp_path / "shared")
    (project.path / STUDIES).write_text(GRID.format(storage=postgres.create("sweep")))
    logs = [tmp_path / f"{n}.log" for n in range(2)]
    processes = [started(project, log) for log in logs]
    while not any("point 1 of 3 (" in log.read_text() for log in logs):
        assert all(process.poll() is None for process in processes)
        time.sleep(0.02)
    postgres.kill()
    try:
        for process, log in zip(processes, logs, strict=True):
            assert process.wait() == 1
            told = log.read_text()
            assert "Traceback" not in told
            assert re.search(r"Error: the storage of the sweep, .*, cannot be used: ", told)
        assert "cannot be used: connection to server" in project.fails(*RUN)
    finally:
        postgres.start()
    log = project.run(*RUN)
    assert_frame_equal(table_of(project), table_of(alone))
    runs = "".join(each.read_text() for each in logs) + log
    done = re.findall(r"train\.(\S+): ran in", runs)
    assert len(done) == len(set(done)) == 6  # no training was done twice
    assert re.search(r"All \d+ nodes are fresh", project.run(*RUN))


def test_a_failed_point_is_a_row_and_the_others_go_on(prepared: Project, tmp_path: Path) -> None:
    project = copy_of(prepared, tmp_path)
    rates = "{learning_rate: [0.001, 1.0e+30, 0.002]}"
    mine = f"mine:\n  models: [lightgcn]\n  search: {{budget: 3, sampler: grid, space: {rates}}}\n"
    (project.path / STUDIES).write_text(mine)
    told = project.fails(*RUN)
    assert told.startswith("1 of 3 points of mine failed, which the same command tries again")
    assert "lightgcn, point 2" in told
    table = table_of(project)
    assert table["state"].tolist() == ["complete", "failed", "complete"]
    assert "is not finite" in table["error"][1] or "is nan" in table["error"][1]


def test_what_was_made_with_other_data_or_settings_is_refused(
    unbroken: Project, tmp_path: Path
) -> None:
    project = copy_of(unbroken, tmp_path)
    local = project.path / LOCAL
    local.write_text("train: {max_epochs: 7, patience: 6}\n")
    told = project.fails(*RUN)
    assert "were searched with train.max_epochs 6, and it is 7 now" in told
    local.write_text("train: {max_epochs: 6, patience: 6}\n")
    studies = project.path / STUDIES
    studies.write_text(SWEEP.replace("[1, 2]", "[1, 3]"))
    assert "were searched with search.space.lightgcn.layers [1, 2]" in project.fails(*RUN)
    studies.write_text(SWEEP)
    raw = next((project.path / "data/01_raw/sample").glob("*reviews*"))
    lines = gzip.decompress(raw.read_bytes()).splitlines(keepends=True)
    raw.write_bytes(gzip.compress(b"".join([*lines, lines[0]])))
    assert re.search(r"were searched with data '\w+', and it is '\w+' now", project.fails(*RUN))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--runner", "SequentialRunner"), "mine: a sweep trains one point at a time"),
        (("--runner-params", "workers=2"), "start the same command several times"),
    ],
)
def test_a_way_of_running_that_a_sweep_has_not(
    prepared: Project, arguments: tuple[str, ...], words: str
) -> None:
    assert words in prepared.fails(*RUN, *arguments)


def test_a_raw_file_that_is_missing_is_told_before_any_point(tmp_path: Path) -> None:
    project = copy_to(tmp_path)
    (project.path / STUDIES).write_text(SWEEP)
    next((project.path / "data/01_raw/sample").glob("*reviews*")).unlink()
    told = project.fails(*RUN)
    assert "reviews" in told
    assert "points" not in told
