"""A session in Python runs as `kedro run` does: what is fresh is skipped."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from kedro.framework.session import KedroServiceSession, KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.runner import SequentialRunner

from end_to_end.project import ROOT, copy_to

FIRST = {"pipeline_names": ["ingest"]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose splits are there already, as the one that this process is in."""
    before, data = Path.cwd(), os.environ.pop("SIGER_DATA", None)
    made = copy_to(tmp_path_factory.mktemp("session"))
    made.run("--pipelines=ingest")
    os.chdir(made.path)
    bootstrap_project(made.path)
    yield made.path
    os.chdir(before)
    bootstrap_project(ROOT)
    if data is not None:
        os.environ["SIGER_DATA"] = data


@pytest.mark.parametrize("kind", [KedroSession, KedroServiceSession])
def test_a_session_without_a_runner_skips_what_is_fresh(
    kind: type, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kedro_fresh")
    with kind.create(folder) as session:
        session.run(**FIRST)
    assert [line for line in caplog.messages if line.startswith("All ")] == [
        "All 8 nodes are fresh: none had to run"
    ]


def test_a_runner_that_is_handed_in_counts(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "siger_pipeline")
    with KedroSession.create(folder) as session:
        session.run(runner=SequentialRunner(), node_names=["ingest.arrange_splits"])
    assert [line for line in caplog.messages if "ingest.arrange_splits: ran in" in line]
