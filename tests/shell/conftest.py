"""What tests of the shell share."""

import shutil
from pathlib import Path

import pytest

from shell.configured import ROOT


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """A copy of the project's configuration, to be changed."""
    folder = tmp_path / "conf"
    shutil.copytree(ROOT / "conf", folder)
    return folder
