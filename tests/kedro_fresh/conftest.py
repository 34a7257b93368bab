"""The small project of these tests."""

import sys
from pathlib import Path

import pytest

from kedro_fresh.loaded import watch
from shop_project import Shop, make_shop


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Shop:
    """A project in which nothing has run."""
    made = make_shop(tmp_path / "project", caplog)
    monkeypatch.chdir(made.root)
    monkeypatch.syspath_prepend(str(made.root / "src"))
    # What is edited within a second keeps its size and time: never trust compiled files.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    watch("shop")  # as Kedro's command line does before it imports the project
    return made


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found in a file is remembered for other processes without waiting a minute."""
    monkeypatch.setattr("kedro_fresh.contents.SETTLED_NS", 0)
