"""What `kedro run` and `kedro status` say to options that cannot be followed."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click
import pytest
from click.testing import CliRunner, Result
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.context import KedroContext
from kedro.framework.project import pipelines
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Node, Pipeline

from end_to_end.project import copy_to
from siger_pipeline.errors import UserError
from siger_pipeline.shell.choice import choice_error
from siger_pipeline.shell.cli import cli

VERSION = "2020-01-01T00.00.00.000Z"


@pytest.fixture(scope="module", autouse=True)
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project without results, in which this process is."""
    copy = copy_to(tmp_path_factory.mktemp("cli"))
    before = Path.cwd()
    os.chdir(copy.path)
    bootstrap_project(copy.path)
    yield copy.path
    os.chdir(before)


def told(*arguments: str, code: int = 2) -> str:
    """What a command says that must end with a sentence about its options."""
    done: Result = CliRunner().invoke(cli, arguments)
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == code
    return done.output.partition("Error: ")[2].strip()


@pytest.mark.parametrize("command", ["run", "status"])
@pytest.mark.parametrize(
    ("option", "name", "words"),
    [
        ("--pipelines", "graph", ["no pipeline 'graph'", "did you mean 'graphs'"]),
        ("--pipelines", "ablatoin", ["no pipeline 'ablatoin'; did you mean 'ablation'"]),
        ("--pipeline", "zzz", ["no pipeline 'zzz'; there are", "evaluate", "train"]),
        ("--tags", "evaluat", ["no tag 'evaluat'", "did you mean 'evaluate'", "train"]),
        ("--tags", "zzz", ["no tag 'zzz'; there are evaluate, export, features"]),
        ("--from-nodes", "train", ["no node 'train'", "did you mean 'train.siger'?"]),
        ("--to-nodes", "train", ["no node 'train'", "'train.siger'"]),
        ("--nodes", "train", ["no node 'train'", "'train.siger'"]),
        ("--nodes", "zzz", ["no node 'zzz'; there are", "ingest.keep_k_core", "train.siger"]),
        ("--to-outputs", "metric", ["no dataset 'metric'", "'siger/metrics'"]),
        ("--from-inputs", "split", ["no dataset 'split'", "'splits'"]),
    ],
)
def test_a_name_that_there_is_not(command: str, option: str, name: str, words: list[str]) -> None:
    sentence = told(command, option, name)
    assert sentence.startswith(f"{option}: ")
    assert "params:" not in sentence
    for word in words:
        assert word in sentence, sentence


@pytest.mark.parametrize("name", ["checkpint", "lightgcn/checkpoint", "siger-seed-3/checkpoint"])
def test_a_version_of_a_dataset_that_no_node_reads(name: str) -> None:
    sentence = told("run", "--load-versions", f"{name}:{VERSION}", "--tags", "report", code=1)
    assert sentence.startswith(f"--load-versions: no dataset '{name}'; did you mean 'siger/ch")


def test_a_version_by_the_plain_name_of_a_dataset(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, str] = {}

    def get(self: object, kind: object, version: object, load_versions: dict[str, str]) -> NoReturn:
        asked.update(load_versions)
        raise UserError("enough")

    monkeypatch.setattr(KedroContext, "_get_catalog", get)
    assert told("run", "--load-versions", f"checkpoint:{VERSION}", code=1) == "enough"
    assert asked == {"checkpoint": VERSION, "siger/checkpoint": VERSION}


def test_a_node_of_another_pipeline() -> None:
    sentence = told("status", "--pipelines", "ingest", "--nodes", "train.siger")
    assert "no node 'train.siger'; there are" in sentence
    assert "ingest.split_interactions" in sentence


def test_names_that_choose_nothing_together() -> None:
    sentence = told("run", "--tags", "ingest", "--nodes", "train.siger")
    assert sentence.startswith("--tags ingest --nodes train.siger: Pipeline contains no nodes")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only-missing-outputs"], ["leave it out", "contents"]),
        (["--runner", "ThreadRunner"], ["workers=2", "leave out --runner", "SequentialRunner"]),
        (["--runner", "kedro.runner.ParallelRunner"], ["workers=2", "leave out --runner"]),
        (["--async"], ["leave it out", "epoch by epoch"]),
        (["--runner-params", "is_async=True"], ["--async", "leave it out"]),
        (["--runner-params", "worker=2"], ["worker: known are", "workers"]),
        (["--runner", "SequentialRunner", "--runner-params", "workers=2"], ["FreshRunner"]),
    ],
)
def test_a_way_of_running_that_is_refused(arguments: list[str], words: list[str]) -> None:
    sentence = told("run", *arguments)
    for word in words:
        assert word in sentence, sentence


def test_nothing_was_written(project: Path) -> None:
    assert [folder.name for folder in (project / "data").iterdir()] == ["01_raw"]


def wrong_value() -> None:
    raise ValueError("of a node")


def too_few() -> int:
    return 1


@pytest.mark.parametrize(
    "node",
    [
        Node(wrong_value, None, "made", name="wrong_value"),
        Node(too_few, None, ["made", "made_too"], name="too_few"),
    ],
    ids=lambda node: node.name,
)
def test_an_error_of_a_node_is_not_one_of_the_options(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(pipelines), "__getitem__", lambda *_: Pipeline([node]))
    done = CliRunner().invoke(cli, ["run"])
    assert isinstance(done.exception, ValueError)
    assert not isinstance(done.exception, click.ClickException)
    assert choice_error(done.exception, {}) is None


def test_a_run_seldom_looks_through_all_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    before, found = gc.get_threshold(), []
    gc.set_threshold(700, 10, 10)  # other tests of this file have run `run`

    def run(**_: object) -> None:
        found.append(gc.get_threshold())

    monkeypatch.setattr(kedro_run, "callback", run)
    try:
        done = CliRunner().invoke(cli, ["run"])
    finally:
        gc.set_threshold(*before)
    assert (done.exit_code, done.output) == (0, "")
    ((*young, old),) = found
    assert young == [700, 10]
    assert old >= 100
