"""What all tests share."""

import logging
from collections.abc import Iterator

import ibis
import pytest
import torch
from hypothesis import settings

from end_to_end.project import Project, copy_to
from siger_pipeline.shell.narration import RUNNING, TRAINING

settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """One thread, and loggers as they were, for each test and the fixtures that it needs first.

    The matrices of tests are small: a second thread costs more than it gives. A test that runs the
    project in this process leaves the number of threads that the project chose, and one that breaks
    a run off leaves what listened to it.
    """
    torch.set_num_threads(1)
    for logger in map(logging.getLogger, (RUNNING, TRAINING)):
        logger.setLevel(logging.NOTSET)
        logger.filters.clear()


@pytest.fixture(scope="session", autouse=True)
def _ibis_lets_go_of_duckdb() -> Iterator[None]:
    # Its default backend would outlive the interpreter, and DuckDB complains of that at exit.
    yield
    ibis.options.default_backend = None


@pytest.fixture(scope="session")
def sample_results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The sample with what a few epochs of SIGER and LightGCN leave behind: to read.

    Made once for all tests. One that writes results works on a copy (`shutil.copytree`).
    """
    project = copy_to(tmp_path_factory.mktemp("results"))
    for model in ("siger", "lightgcn"):
        project.run("--params", f"model={model},train.max_epochs=3")
    results = _files(project)
    yield project
    assert _files(project) == results, "a test has written into the results that others read"


def _files(project: Project) -> dict[str, tuple[int, int]]:
    paths = (path for path in (project.path / "data").rglob("*") if path.is_file())
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}
