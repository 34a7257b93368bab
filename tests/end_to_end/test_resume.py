"""Trainings of real processes, killed at random moments, end as if nothing had happened."""

import random
import re
import shutil
import signal
import time

import pandas as pd
import pytest
import torch
import yaml

from end_to_end.project import LOCAL, Project, copy_to

RANDOM = random.Random(20)
TRAINER = "siger_pipeline.training.trainer"
# Enough that a busy machine is not through before the signal comes.
EPOCHS = {"lightgcn": 20, "siger": 8}
SAME = ("06_models/{}/checkpoint.pt", "06_models/{}/last_checkpoint.pt")
SAME += ("08_reporting/{}/history.parquet", "08_reporting/{}/metrics.json")
RESUMES = re.compile(r"the training of \w+, which was interrupted, resumes after epoch (\d+)")
EPOCH = re.compile(r"epoch (\d+), step (\d+) of \2$", re.MULTILINE)


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Project]:
    """Two copies in which all is ready for training: for unbroken runs, and for broken ones."""
    prepared = copy_to(tmp_path_factory.mktemp("unbroken"))
    prepared.run("--tags", "ingest,features,graphs", "--params", "model=siger")
    other = tmp_path_factory.mktemp("broken") / "project"
    shutil.copytree(prepared.path, other)
    return prepared, Project(other)


def parameters(model: str, trial: str = "", *others: str) -> tuple[str, ...]:
    settings = ",".join([f"model={model}", *others])
    return ("--params", settings, "--to-outputs", f"{trial or model}/metrics")


def configure(projects: tuple[Project, Project], **settings: object) -> None:
    for project in projects:
        (project.path / LOCAL).write_text(yaml.safe_dump({"train": settings}))


def broken_off(project: Project, how: signal.Signals, epoch: int, *arguments: str) -> str:
    """A run that gets a signal soon after it came to an epoch (0: after it resumed); its log.

    It exits with an error, and every file that it has left is whole.
    """
    log = project.path / "log"
    with project.started(log, "run", *arguments, **project.verbose(TRAINER)) as command:
        while not come_to(epoch, log.read_text()):
            assert command.poll() is None, log.read_text()
            time.sleep(0.01)
        time.sleep(RANDOM.uniform(0, 0.1))
        command.send_signal(how)
    told = log.read_text()
    assert command.poll() != 0, told
    assert not re.search(r"train[.\w-]+: ran", told)
    all_whole(project)
    return told


def come_to(epoch: int, log: str) -> bool:
    """Whether a training has come so far; 0: whether it has resumed."""
    if not epoch:
        return bool(RESUMES.search(log))
    return any(int(found) >= epoch for found, _ in EPOCH.findall(log))


def all_whole(project: Project) -> None:
    for path in (project.path / "data").rglob("[!.]*.pt"):
        if path.is_file():
            torch.load(path, weights_only=True)
    for path in (project.path / "data" / "08_reporting").rglob("[!.]*.parquet"):
        if path.is_file():
            pd.read_parquet(path)


def resumed_after(log: str) -> int:
    found = RESUMES.search(log)
    assert found, log
    return int(found[1])


def assert_same(one: Project, other: Project, trial: str) -> None:
    for name in SAME:
        found = [project.newest(name.format(f"sample/{trial}")) for project in (one, other)]
        assert found[0].read_bytes() == found[1].read_bytes(), name


def test_killed_interrupted_and_changed_in_between(projects: tuple[Project, Project]) -> None:
    unbroken, broken = projects
    epochs = {"max_epochs": EPOCHS["lightgcn"]}
    configure(projects, **epochs)
    lightgcn, epoch = parameters("lightgcn"), RANDOM.randint(2, 10)
    assert "resumes" not in broken_off(broken, signal.SIGKILL, epoch, *lightgcn)
    log = broken_off(broken, signal.SIGINT, 0, *lightgcn)
    assert resumed_after(log) >= epoch - 1
    assert "Aborted!" in log
    assert "Traceback" not in log

    configure(projects, **epochs, learning_rate=0.002)
    log = broken_off(broken, signal.SIGTERM, 1, *lightgcn)
    assert "resumes" not in log
    assert re.search(r"train\.lightgcn: starts anew.*train\.learning_rate", log), log
    configure(projects, **epochs)

    seed = parameters("lightgcn", "lightgcn-seed-3", "train.seed=3")
    log = broken_off(broken, signal.SIGKILL, epoch, *seed)  # another trial
    assert "resumes" not in log and "starts anew" not in log

    for options, trial in ((lightgcn, "lightgcn"), (seed, "lightgcn+seed=3")):
        assert resumed_after(broken.run(*options)) >= epoch - 1
        unbroken.run(*options)
        assert_same(broken, unbroken, trial)


@pytest.mark.slow
def test_the_paper_s_model_resumes_too(projects: tuple[Project, Project]) -> None:
    unbroken, broken = projects
    configure(projects, max_epochs=EPOCHS["siger"])
    siger, epoch = parameters("siger"), RANDOM.randint(2, 5)
    broken_off(broken, signal.SIGKILL, epoch, *siger)
    assert resumed_after(broken.run(*siger)) >= epoch - 1
    unbroken.run(*siger)
    assert_same(broken, unbroken, "siger")
