"""What a killed process has left half-written is removed, and nothing else."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kedro_fresh.temporary import (
    PREFIX,
    left_over,
    remove_dead,
    temporary_beside,
    temporary_folder_beside,
)

HEX = "0123456789abcdef0123456789abcdef"
WRITER = """
import sys, time
from pathlib import Path
from kedro_fresh.temporary import process_folder, temporary_beside, temporary_folder_beside

folder = Path(sys.argv[1])
(folder / "mine").write_text(str(process_folder()))
with temporary_beside(folder / "a.txt") as one, temporary_folder_beside(folder / "copied") as other:
    one.write_bytes(b"x" * 3_000_000)
    (other / "half").write_bytes(b"x")
    (folder / "ready").touch()
    time.sleep(60)
"""


@pytest.fixture
def writer(tmp_path: Path) -> subprocess.Popen[bytes]:
    """A process that is writing a file and a folder, and has a folder of its own."""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], env=environment)
    while not (tmp_path / "ready").exists():
        assert process.poll() is None
        time.sleep(0.02)
    return process


def test_only_what_a_dead_process_left_is_removed(
    tmp_path: Path, writer: subprocess.Popen[bytes]
) -> None:
    users = tmp_path / ".notes.txt.tmp"
    users.write_text("mine")
    left = sorted(left_over(tmp_path))
    own = Path((tmp_path / "mine").read_text())
    assert [path.name.split(".")[1] for path in left] == ["a", "copied"]
    assert own.name.startswith(PREFIX)
    assert remove_dead([*left, own]) == (0, 0)
    assert all(path.exists() for path in [*left, own])
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    assert remove_dead([*left, own]) == (3, 3_000_001)
    assert not any(path.exists() for path in [*left, own])
    assert users.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        (f".a.txt.{HEX}.tmp", True),
        (f".a.txt.{HEX}", False),
        (f"a.txt.{HEX}.tmp", False),
        (".a.txt.tmp", False),
        (".a.txt.swp", False),
        (f".b.txt.{HEX}.tmp", False),
        (".a.txt.0123.tmp", False),
    ],
)
def test_names(tmp_path: Path, name: str, counts: bool) -> None:
    (tmp_path / name).touch()
    assert list(left_over(tmp_path, "a.txt")) == ([tmp_path / name] if counts else [])


def test_what_is_being_written_here_stays_and_what_was_written_is_gone(tmp_path: Path) -> None:
    with (
        temporary_beside(tmp_path / "a") as file,
        temporary_folder_beside(tmp_path / "b") as folder,
    ):
        assert remove_dead(left_over(tmp_path)) == (0, 0)
        (folder / "inner").touch()
        assert file.exists()
        file.rename(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_one_taken_for_left_over_at_its_birth_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Path] = []
    own = Path.touch

    def touch(path: Path, **options: bool) -> None:
        own(path, **options)
        if not taken:
            taken.append(path)
            assert remove_dead([path])[0] == 1

    monkeypatch.setattr(Path, "touch", touch)
    with temporary_beside(tmp_path / "a") as file:
        assert file.exists()
        assert file != taken[0]


def test_where_there_are_no_locks_nothing_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kedro_fresh.temporary.fcntl", None)
    left = tmp_path / f".a.{HEX}.tmp"
    left.touch()
    with temporary_beside(tmp_path / "b"):
        assert remove_dead([left]) == (0, 0)
    assert left.exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    (tmp_path / f".a.{HEX}.tmp").symlink_to(tmp_path / "mine")
    remove_dead(left_over(tmp_path))
    assert (tmp_path / "mine" / "file").exists()
    shutil.rmtree(tmp_path / "mine")
