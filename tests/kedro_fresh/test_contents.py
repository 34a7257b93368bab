"""Contents of files and folders, what is remembered of them, and files under another name."""

import errno
import json
import mmap
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kedro_fresh.contents import ABSENT, Contents
from kedro_fresh.errors import FreshError
from kedro_fresh.files import link_or_copy
from kedro_fresh.listing import stamp_of

LATIN = os.fsdecode(b"caf\xe9.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file, and one in a folder below; old enough to be trusted."""
    made = tmp_path / "data"
    (made / "below").mkdir(parents=True)
    (made / "one.txt").write_text("1")
    (made / "below" / "two.txt").write_text("2")
    time.sleep(0.03)
    return made


@pytest.mark.usefixtures("at_once")
def test_a_name_that_is_not_utf8_counts_and_is_remembered(folder: Path, tmp_path: Path) -> None:
    contents = Contents(tmp_path / "memo.json")
    before = contents.of(folder)
    (folder / LATIN).write_text("3")
    after = contents.of(folder)
    assert after != before
    contents.save()
    again = Contents(tmp_path / "memo.json")
    assert f"content:{folder / LATIN}" in again.known
    assert again.of(folder) == after


def test_what_cannot_be_read_is_told_with_its_path(folder: Path, tmp_path: Path) -> None:
    loop = folder / "loop"
    loop.symlink_to(loop)
    contents = Contents(tmp_path / "memo.json")
    for path in (loop, folder):
        with pytest.raises(FreshError, match=r"data/loop cannot be read \(Too many levels"):
            contents.of(path)


def test_a_file_without_permission_is_told_and_one_that_is_gone_is_absent(
    folder: Path, tmp_path: Path
) -> None:
    def refused(number: int) -> Callable[[Path], str]:
        def compute(path: Path) -> str:
            raise OSError(number, os.strerror(number), str(path))

        return compute

    contents = Contents(tmp_path / "memo.json")
    with pytest.raises(FreshError, match=r"one\.txt cannot be read \(Permission denied\)"):
        contents.remembered("kind", folder / "one.txt", refused(errno.EACCES))
    assert contents.remembered("kind", folder / "one.txt", refused(errno.ENOENT)) == ABSENT
    assert contents.of(folder / "none" / "at.all") == ABSENT


@pytest.mark.usefixtures("at_once")
def test_what_is_gone_is_forgotten_when_the_memo_is_saved(folder: Path, tmp_path: Path) -> None:
    contents = Contents(tmp_path / "memo.json")
    contents.of(folder)
    (folder / "one.txt").unlink()
    contents.save()
    assert list(Contents(tmp_path / "memo.json").known) == [f"content:{folder}/below/two.txt"]


def test_a_folder_is_walked_without_a_second_look_at_its_files(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = Contents(tmp_path / "memo.json")
    first = contents.of(folder)
    looked: list[Path] = []
    stat = Path.stat
    monkeypatch.setattr(
        Path, "stat", lambda path, **options: looked.append(path) or stat(path, **options)
    )
    monkeypatch.setattr(Contents, "_digest", None)
    assert contents.of(folder) == first
    assert set(looked) == {folder}


@pytest.mark.parametrize("name", ["one.txt", "below/two.txt", "below/new.txt"])
def test_each_change_below_a_folder_shows(folder: Path, tmp_path: Path, name: str) -> None:
    contents = Contents(tmp_path / "memo.json")
    before = contents.of(folder)
    (folder / name).write_text("9")
    after = contents.of(folder)
    assert after != before
    assert after == Contents(tmp_path / "none.json").of(folder)


def test_a_change_in_the_moment_of_the_look_shows(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = Contents(tmp_path / "memo.json")
    newest = max(path.stat().st_ctime_ns for path in folder.rglob("*.txt"))
    monkeypatch.setattr(time, "time_ns", lambda: newest + 1)
    contents.of(folder)
    looked: list[str] = []
    monkeypatch.setattr(Contents, "_digest", lambda *_: looked.append("again"))
    contents.of(folder)
    assert looked == ["again"]


def test_files_behind_a_link_to_a_folder_count(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "nothing").symlink_to(tmp_path / "nothing")
    contents = Contents(tmp_path / "memo.json")
    before = contents.of(folder)
    (tmp_path / "elsewhere" / "three.txt").write_text("3")
    assert contents.of(folder) != before


@pytest.mark.parametrize("entry", ["text", [], [[1]], [[1], "late", "value"], 3])
def test_a_remembered_value_of_the_wrong_kind_is_left_out(
    folder: Path, tmp_path: Path, entry: object
) -> None:
    memo, path = tmp_path / "memo.json", folder / "one.txt"
    memo.write_text(json.dumps({"format": 1, "known": {f"content:{path}": entry}}))
    assert Contents(memo).of(path) == Contents(tmp_path / "none.json").of(path)


@pytest.mark.parametrize("links", [True, False])
def test_a_folder_is_brought_forward_whole(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    (folder / "link.txt").symlink_to("one.txt")
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    target = tmp_path / "new" / "version"
    link_or_copy(folder, target)
    contents = Contents(tmp_path / "memo.json")
    assert contents.of(target) == contents.of(folder)
    assert (target / "one.txt").samefile(folder / "one.txt") == links
    assert not (target / "link.txt").is_symlink()
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("name", ["", "one.txt"])
def test_nothing_is_left_where_neither_links_nor_copies_can_be_made(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def half(_source: str, target: str, **_options: object) -> None:
        Path(target).write_text("half")
        refuse()

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(shutil, "copyfile", half)
    with pytest.raises(OSError, match="full"):
        link_or_copy(folder / name, tmp_path / "new" / "version")
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("seconds", [1, 2])
def test_changes_of_the_same_size_show_on_a_disk_that_counts_whole_seconds(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    def coarse(found: os.stat_result) -> list[int]:
        size, modified, changed, inode = stamp_of(found)
        tick = seconds * 1_000_000_000
        return [size, modified // tick * tick, changed // tick * tick, inode]

    monkeypatch.setattr("kedro_fresh.contents.stamp_of", coarse)
    monkeypatch.setattr("kedro_fresh.listing.stamp_of", coarse)
    contents, path = Contents(tmp_path / "memo.json"), folder / "one.txt"
    for number in range(20):
        path.write_text(f"{number:02}")
        found, of_folder = contents.of(path), contents.of(folder)
        time.sleep(0.03)
        path.write_text(f"{number + 50}")
        assert contents.of(path) != found
        assert contents.of(folder) != of_folder


def test_what_is_written_through_a_memory_map_shows_in_the_next_process(
    folder: Path, tmp_path: Path
) -> None:
    path, memo = folder / "one.txt", tmp_path / "memo.json"
    path.write_bytes(b"a" * 8192)
    with path.open("r+b") as handle, mmap.mmap(handle.fileno(), 0) as mapped:
        mapped[0:1] = b"b"
        time.sleep(0.05)
        contents = Contents(memo)
        before = contents.of(path)
        contents.save()
        stamp = stamp_of(path.stat())
        mapped[0:1] = b"c"
        mapped.flush()
    assert stamp_of(path.stat()) == stamp  # nothing but the bytes tells
    assert Contents(memo).of(path) != before


def test_what_was_found_a_minute_after_a_change_is_remembered_for_other_processes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for later, known in ((59, 0), (61, 2)):
        contents = Contents(tmp_path / "memo.json")
        now = time.time_ns() + later * 1_000_000_000
        monkeypatch.setattr(time, "time_ns", lambda now=now: now)
        contents.of(folder)
        contents.save()
        monkeypatch.undo()
        assert len(Contents(tmp_path / "memo.json").known) == known


def refuse(*_arguments: object, **_options: object) -> None:
    """A disk that takes nothing."""
    raise OSError(errno.ENOSPC, "disk full")
