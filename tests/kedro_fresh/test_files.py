"""Files of this package: written whole or not at all."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from disks import files_of_at_most, small_disk
from kedro_fresh.contents import Contents
from kedro_fresh.files import link_or_copy, write_json
from kedro_fresh.writing import WriteError, write_error


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_read_only_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk", "ro"):
        with pytest.raises(WriteError, match="read-only"):
            write_json(tmp_path / "disk" / "record.json", {})
        (tmp_path / "source").write_text("x")
        with pytest.raises(WriteError, match="read-only"):
            link_or_copy(tmp_path / "source", tmp_path / "disk" / "target")


def test_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.json"
    write_json(path, {"old": 1})
    before = path.read_bytes()
    with files_of_at_most(1000), pytest.raises(WriteError, match=r"record\.json cannot be written"):
        write_json(path, {"new": "x" * 5000})
    assert path.read_bytes() == before
    assert names(tmp_path) == ["record.json"]
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(errno.EXDEV, "no")))
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "large").write_bytes(b"x" * 5000)
    monkeypatch.setattr(shutil, "copyfile", copy_in_words)
    with pytest.raises(WriteError, match="the disk is full"):
        link_or_copy(tmp_path / "source", tmp_path / "target")
    assert not (tmp_path / "target").exists()


def copy_in_words(_: str, target: str) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", target)


def test_hashes_that_cannot_be_noted_are_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("x")
    contents = Contents(tmp_path / "memo" / "memo.json")
    contents.of(tmp_path / "file")
    (tmp_path / "memo").write_text("a file")
    contents.save()
    (record,) = caplog.records
    assert "memo.json cannot be written" in record.getMessage()
    assert len(record.getMessage().splitlines()) == 1


def test_an_error_is_told_once(tmp_path: Path) -> None:
    told = write_error(tmp_path / "file", OSError(errno.ENOSPC, "full"))
    assert write_error(tmp_path, told) is told
    assert told.errno == errno.ENOSPC
