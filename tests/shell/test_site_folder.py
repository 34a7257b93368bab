"""The folder of a site: what is written, removed, kept and refused."""

from pathlib import Path

import pytest
from filelock import FileLock

from kedro_fresh.writing import WriteError
from siger_pipeline.errors import InputError
from siger_pipeline.shell.site_folder import LOCK, MANIFEST, replace_site

OWN = {MANIFEST, LOCK}


def files_in(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name not in OWN)
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_pages_that_are_gone_vanish_with_their_empty_folders(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "site"
    replace_site(folder, {"index.html": b"1", "baby/siger.html": b"2", "baby/studies/a.html": b"3"})
    replace_site(folder, {"index.html": b"4", "baby/siger.html": b"2"})
    assert files_in(folder) == {"index.html": b"4", "baby/siger.html": b"2"}
    assert not (folder / "baby" / "studies").exists()
    assert [path.name for path in tmp_path.joinpath("a").iterdir()] == ["site"]


def test_files_of_others_are_never_touched(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    replace_site(folder, {"index.html": b"1", "baby/siger.html": b"2"})
    (folder / "baby" / "mine.txt").write_bytes(b"mine")
    replace_site(folder, {"index.html": b"1"})
    assert files_in(folder) == {"index.html": b"1", "baby/mine.txt": b"mine"}


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(b"mine")
    with pytest.raises(InputError, match="holds other files and no site: name a new"):
        replace_site(tmp_path, {"index.html": b"1"})
    assert files_in(tmp_path) == {"index.html": b"mine"}


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").write_bytes(b"mine")
    with pytest.raises(InputError, match="is a file, wanted is a folder"):
        replace_site(tmp_path / "site", {"index.html": b"1"})


@pytest.mark.parametrize("names", ["", "nonsense", "3", '{"a": 1', "[1]"])
def test_a_damaged_list_of_files_is_refused(tmp_path: Path, names: str) -> None:
    replace_site(tmp_path, {"index.html": b"1"})
    (tmp_path / MANIFEST).write_text(names)
    with pytest.raises(InputError, match="does not list the files of the site"):
        replace_site(tmp_path, {"index.html": b"2"})
    assert files_in(tmp_path) == {"index.html": b"1"}


def test_no_list_of_files_leads_out_of_the_folder(tmp_path: Path) -> None:
    folder, mine = tmp_path / "site", tmp_path / "mine.txt"
    replace_site(folder, {"index.html": b"1"})
    mine.write_bytes(b"mine")
    (folder / MANIFEST).write_text(f'["../mine.txt", "{mine}", "index.html"]')
    replace_site(folder, {"index.html": b"2"})
    assert mine.read_bytes() == b"mine"


def test_where_a_file_cannot_be_written_all_stay_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_site(tmp_path / "site", {"index.html": b"1", "a.html": b"1"})
    whole = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name == "index.html":
            raise OSError(28, "No space left on device")
        return whole(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(WriteError, match="the disk is full"):
        replace_site(tmp_path / "site", {"a.html": b"2", "index.html": b"2"})
    assert files_in(tmp_path / "site") == {"index.html": b"1", "a.html": b"1"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_what_a_broken_off_writing_left_is_known_to_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if self.name == "index.html":
            raise KeyboardInterrupt
        return moved(self, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        replace_site(tmp_path, {"a.html": b"1", "index.html": b"1"})
    monkeypatch.undo()
    replace_site(tmp_path, {"index.html": b"2"})
    assert files_in(tmp_path) == {"index.html": b"2"}


def test_two_writers_at_once(tmp_path: Path) -> None:
    replace_site(tmp_path, {"index.html": b"1"})
    with FileLock(tmp_path / LOCK), pytest.raises(InputError, match="another `kedro site`"):
        replace_site(tmp_path, {"index.html": b"2"})
