"""Folders of the catalog: whole or not there."""

from pathlib import Path

import pytest
from kedro.io import DatasetError
from kedro.io.core import Version

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.folder import FolderDataset

VERSION = "2026-11-01T10.00.00.000Z"


class Saved:
    """An object that writes a folder, and may fail half-way."""

    def __init__(self, *names: str, fails: bool = False) -> None:
        self.names, self.fails = names, fails

    def save(self, folder: Path) -> None:
        folder.mkdir()
        for name in self.names:
            (folder / name).write_text(name)
        if self.fails:
            raise ValueError("half-way")


def dataset(folder: Path, version: str | None = None) -> FolderDataset:
    asked = Version(None, version) if version else None
    return FolderDataset(
        filepath=str(folder / "model"), version=asked, loader="os.listdir", metadata={}
    )


def test_it_loads_what_its_loader_makes_of_the_folder(tmp_path: Path) -> None:
    one = dataset(tmp_path, VERSION)
    one.save(Saved("a", "b"))
    assert sorted(one.load()) == ["a", "b"]
    assert one.preview()["data"] == [["a", 1], ["b", 1]]
    assert [path.name for path in (tmp_path / "model" / VERSION).iterdir()] == ["model"]
    with pytest.raises(DatasetError, match="must not exist"):
        dataset(tmp_path, VERSION).save(Saved("c"))


def test_one_without_versions_is_replaced_whole(tmp_path: Path) -> None:
    dataset(tmp_path).save(Saved("a", "b"))
    dataset(tmp_path).save(Saved("c"))
    assert dataset(tmp_path).load() == ["c"]
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_save_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    dataset(tmp_path).save(Saved("a"))
    with pytest.raises(DatasetError, match="half-way"):
        dataset(tmp_path).save(Saved("b", fails=True))
    assert dataset(tmp_path).load() == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="does not exist"):
        dataset(tmp_path).load()


def test_it_lies_on_a_disk_of_this_machine() -> None:
    with pytest.raises(DataFileError, match="is not on a disk of this machine"):
        FolderDataset(filepath="memory://model", loader="os.listdir")
