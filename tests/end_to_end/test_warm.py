"""A command in a fork is what it is in an interpreter of its own."""

from dataclasses import replace
from pathlib import Path
from signal import SIGALRM

import pytest

from end_to_end.project import Project, copy_to


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_to(tmp_path_factory.mktemp("project"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("run", "--no-such-option"),
        ("run", "--params", "train.max_epochs=few"),
        ("compare",),
    ],
)
def test_it_says_the_same_and_ends_the_same(project: Project, arguments: tuple[str, ...]) -> None:
    forked, whole = project.kedro(*arguments), replace(project, forked=False).kedro(*arguments)
    assert (forked.returncode, forked.stdout) == (whole.returncode, whole.stdout)
    assert forked.stderr.splitlines()[-1:] == whole.stderr.splitlines()[-1:]


def test_it_has_the_project_s_own_code_and_variables(project: Project, tmp_path: Path) -> None:
    module = tmp_path / "siger_pipeline" / "__init__.py"
    module.parent.mkdir()
    module.write_text("import os\nraise SystemExit(os.environ['WHY'])\n")
    done = project.kedro("run", PYTHONPATH=str(tmp_path), WHY="it is another package")
    assert (done.returncode, done.stderr.strip()) == (1, "it is another package")


def test_one_that_takes_too_long_is_ended(project: Project) -> None:
    assert project.kedro("run", timeout=1).returncode == -SIGALRM
