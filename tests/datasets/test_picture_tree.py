"""Files that the data name by paths: those below the folder, and no others."""

import os
from pathlib import Path

import fsspec
import pytest

from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.picture_tree import PictureTree, PictureTreeDataset


@pytest.fixture
def tree(tmp_path: Path) -> PictureTree:
    folder = tmp_path / "shop"
    (folder / "a").mkdir(parents=True)
    (folder / "a/1.png").write_bytes(b"one")
    (folder / "b c.png").write_bytes(b"two")
    (folder / "within.png").symlink_to(folder / "a/1.png")
    (tmp_path / "secret").write_bytes(b"not for you")
    (folder / "link.png").symlink_to(tmp_path / "secret")
    (folder / "up").symlink_to(tmp_path)
    (tmp_path / "link to shop").symlink_to(folder)
    loaded: PictureTree = PictureTreeDataset(filepath=tmp_path / "link to shop").load()
    return loaded


@pytest.mark.parametrize(
    ("path", "content"),
    [("a/1.png", b"one"), ("a\\1.png", b"one"), ("./b c.png", b"two"), ("within.png", b"one")],
)
def test_a_path_below_the_folder_is_read(path: str, content: bytes, tree: PictureTree) -> None:
    assert not tree.leads_outside(path) and tree.has(path)
    assert tree.read(path, 3) == content


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/passwd", "//host/x.png", "../secret", "a/../../secret", "a/../a/1.png", ".."),
        *("..\\secret", "\\secret", "C:\\x.png", "c:x.png", "\\\\host\\share\\x.png"),
        *("link.png", "up/secret"),
    ],
)
def test_a_path_out_of_the_folder_is_not(path: str, tree: PictureTree) -> None:
    assert tree.leads_outside(path) and not tree.has(path)
    with pytest.raises(DataFileError, match="there is no such file"):
        tree.read(path, 100)


@pytest.mark.parametrize(
    "path", ["", "a", "none.png", "x\0y", "x" * 5_000, "data:image/png;base64,"]
)
def test_what_names_no_file_has_none(path: str, tree: PictureTree) -> None:
    assert not tree.leads_outside(path) and not tree.has(path)
    with pytest.raises(DataFileError, match="there is no such file"):
        tree.read(path, 100)


def test_files_that_are_too_large_or_no_files_are_not_read(tree: PictureTree) -> None:
    with pytest.raises(DataFileError, match="it has more than"):
        tree.read("a/1.png", 2)
    os.mkfifo(tree.root / "pipe.png")
    with pytest.raises(DataFileError, match="there is no such file"):
        tree.read("pipe.png", 100)


def test_a_folder_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(DataFileError, match="is a file, wanted is a folder with pictures"):
        PictureTreeDataset(filepath=tmp_path / "x").load()
    with pytest.raises(DataFileError, match="does not exist"):
        PictureTreeDataset(filepath=tmp_path / "y").load()
    fsspec.filesystem("memory").makedirs("/shop", exist_ok=True)
    with pytest.raises(DataFileError, match="is on another machine"):
        PictureTreeDataset(filepath="memory:///shop").load()
