"""Temporary files and folders, and which of them are left over from a process that was killed.

A process locks what it makes, and the system releases the lock when the process ends, however it
ends: one that can be locked is left over.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nothing counts as left over
    fcntl = None  # type: ignore[assignment]

NAME = re.compile(r"\.(?P<of>.+)\.[0-9a-f]{32}\.tmp")
PREFIX = "kedro-fresh-"  # of the folders that belong to a process


@contextmanager
def temporary_beside(path: Path) -> Iterator[Path]:
    """A new empty file beside a path, to be written and renamed; else it is removed."""
    yield from _made(path, is_folder=False)


@contextmanager
def temporary_folder_beside(path: Path) -> Iterator[Path]:
    """A new folder beside a path, whose content is renamed; what stays in it is removed."""
    yield from _made(path, is_folder=True)


def process_folder() -> Path:
    """A new folder under `TMPDIR` that belongs to this process; its maker removes it.

    Where the process is killed before that, the next run removes it.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    _lock(folder)  # never released: the end of the process does that
    return folder


def process_folders() -> Iterator[Path]:
    """The folders that `process_folder` has made, in this process and in others."""
    yield from Path(tempfile.gettempdir()).glob(f"{PREFIX}*")


def left_over(folder: Path, of: str | None = None) -> Iterator[Path]:
    """Temporary files and folders in a folder, of any file or of one of this name."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = NAME.fullmatch(entry.name)
            if found and of in (None, found["of"]):
                yield Path(entry.path)


def remove_dead(paths: Iterable[Path]) -> tuple[int, int]:
    """Remove those whose maker has ended; how many there were, and their bytes."""
    sizes = [size for path in paths if (size := _remove_if_dead(path)) is not None]
    return len(sizes), sum(sizes)


def _made(path: Path, is_folder: bool) -> Iterator[Path]:
    # Ctrl-C may come at any step: what is named here is removed in the end.
    temporary, lock = _name(path), None
    try:
        _create(temporary, is_folder)
        lock = _lock(temporary)
        while not _is_there(temporary, lock):
            # Taken for left over by another run, between the two calls.
            if lock is not None:
                os.close(lock)
            temporary, lock = _name(path), None
            _create(temporary, is_folder)
            lock = _lock(temporary)
        yield temporary
    finally:
        with suppress(OSError):
            _remove(temporary)
        if lock is not None:
            os.close(lock)


def _name(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")


def _create(temporary: Path, is_folder: bool) -> None:
    if is_folder:
        temporary.mkdir()
    else:
        temporary.touch(exist_ok=False)


def _lock(path: Path, how: int = 0) -> int | None:
    """An open file that holds the lock; None where another process has it, or there are none."""
    if fcntl is None:
        return None
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | how)
        except OSError:
            os.close(handle)
            raise
        return handle
    return None


def _is_there(path: Path, lock: int | None) -> bool:
    try:
        found = path.stat()
        return lock is None or os.path.samestat(found, os.fstat(lock))
    except FileNotFoundError:
        return False


def _remove_if_dead(path: Path) -> int | None:
    lock = _lock(path, fcntl.LOCK_NB) if fcntl else None
    if lock is None:
        return None
    try:
        files = [path, *path.rglob("*")] if path.is_dir() else [path]
        size = sum(file.lstat().st_size for file in files if not file.is_dir())
        _remove(path)
        return size
    except OSError:
        return None
    finally:
        os.close(lock)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
