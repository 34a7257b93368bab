"""Temporary folders are gone, or it is said that they stay."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from siger_pipeline.datasets.temporary_folder import remove_folder


def test_a_folder_is_removed_without_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/c").write_text("")
    remove_folder(tmp_path / "a")
    remove_folder(str(tmp_path / "a"))
    assert not (tmp_path / "a").exists() and not caplog.messages


def test_a_folder_that_stays_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(folder: Any, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(shutil, "rmtree", refused)
    remove_folder(tmp_path)
    assert caplog.messages == [
        f"The temporary folder {tmp_path} stays, since it cannot be removed (Permission denied):"
        " remove it by hand."
    ]
