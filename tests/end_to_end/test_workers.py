"""`kedro run --runner-params workers=2`: the same results, from processes side by side."""

import os
import re
import shutil
import signal
from pathlib import Path

from end_to_end.project import LOCAL, Project, copy_to, wait_for

VERSION = re.compile(r"/\d{4}-\d\d-\d\dT[\d.]+Z/")
# These tell of seconds, or of what does.
MEASURED = re.compile(r"timings|readings_of_test|learning_curves|/report\.|/latest/")
SETTINGS = ("--params", "model=siger,train.max_epochs=3")
LONGER = ("--params", "model=lightgcn", "--to-outputs", "lightgcn/metrics")
TRAINER = "siger_pipeline.training.trainer"
SAME = tuple(
    f"{folder}/sample/lightgcn/{name}"
    for folder, name in (
        ("06_models", "checkpoint.pt"),
        ("06_models", "last_checkpoint.pt"),
        ("08_reporting", "history.parquet"),
        ("08_reporting", "metrics.json"),
    )
)


def results(project: Project) -> dict[str, bytes]:
    """Path below data/, without versions -> content, of what is the same in each run."""
    folder = project.path / "data"
    paths = [path for path in folder.rglob("*") if path.is_file()]
    named = {VERSION.sub("/", path.relative_to(folder).as_posix()): path for path in paths}
    return {
        name: path.read_bytes()
        for name, path in named.items()
        if "lightgcn" not in name and ".fresh" not in name and not MEASURED.search(name)
    }


def test_two_workers_leave_the_bytes_of_one(sample_results: Project, tmp_path: Path) -> None:
    project = copy_to(tmp_path / "project")
    log = project.run(*SETTINGS, "--runner-params", "workers=2")
    assert "2 workers, each with 1 of 1 threads" in log
    assert re.search(r"train\.\S+: stopped at epoch 3 \(max_epochs\), best validation", log)
    alone, side_by_side = results(sample_results), results(project)
    assert side_by_side.keys() == alone.keys()
    assert [name for name in alone if alone[name] != side_by_side[name]] == []
    assert re.search(r"All \d+ nodes are fresh: none had to run", project.run(*SETTINGS))


def test_what_a_worker_cannot_be_is_told_before_anything_runs(tmp_path: Path) -> None:
    project = copy_to(tmp_path / "project")
    told = project.fails("--runner-params", "workers=0")
    assert told.startswith("workers = 0: wanted is a whole number from 1 on")
    told = project.fails("--runner-params", "worker=2")
    assert told.startswith("--runner-params worker: known are executor, workers")
    told = project.fails("--runner", "SequentialRunner", "--runner-params", "workers=2")
    assert told.startswith(
        "--runner-params workers: known are executor, workers, for `FreshRunner`"
    )
    assert [folder.name for folder in (project.path / "data").iterdir()] == ["01_raw"]


def workers_of(process: int) -> list[int]:
    """The worker processes that a run has started."""
    threads = Path(f"/proc/{process}/task").glob("*/children")
    children = [int(child) for thread in threads for child in thread.read_text().split()]
    return [
        child for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()
    ]


def killed_at_epoch(project: Project, epoch: int) -> str:
    """The log of a run whose workers are killed when a training has come to an epoch."""
    log = project.path / "log"
    options = (*LONGER, "--runner-params", "workers=2")
    with project.started(log, "run", *options, **project.verbose(TRAINER)) as command:
        wait_for(f"epoch {epoch}, step", log, command)
        for worker in workers_of(command.pid):
            os.kill(worker, signal.SIGKILL)
    assert command.poll() == 1, log.read_text()
    return log.read_text()


def test_a_training_whose_worker_is_killed_goes_on_in_another(
    sample_results: Project, tmp_path: Path
) -> None:
    unbroken, broken = Project(tmp_path / "unbroken"), Project(tmp_path / "broken")
    for project in (unbroken, broken):
        shutil.copytree(sample_results.path, project.path)
        (project.path / LOCAL).write_text("train: {max_epochs: 60, patience: 60}\n")
    log = killed_at_epoch(broken, 5)
    (error,) = [line for line in log.splitlines() if line.startswith("Error: ")]
    assert "was ended by SIGKILL before the node was done, so it will run again" in error
    assert "Traceback" not in log
    log = broken.run(*LONGER, "--runner-params", "workers=2")
    assert re.search(r"resumes after epoch \d+", log), log
    unbroken.run(*LONGER)
    alone = newest(unbroken)
    assert len(alone) == len(SAME)
    assert newest(broken) == alone


def newest(project: Project) -> list[bytes]:
    return [project.newest(name).read_bytes() for name in SAME]
