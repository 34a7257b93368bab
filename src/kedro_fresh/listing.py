"""The files below a folder, and the stamps that show whether a file has changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from pathlib import Path
from typing import Any

from kedro_fresh.errors import FreshError

CHANGED, STAMP = 2, 4  # index of the time of change in a stamp, and length of a stamp


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn an error of the system while reading into one that the user can mend.

    Raises:
        FreshError: it names the path.
    """
    try:
        yield
    except OSError as error:
        raise FreshError(
            f"{error.filename or path} cannot be read ({error.strerror or error}): what it holds "
            "decides what must run, so make it readable or remove it"
        ) from error


def files_below(folder: str) -> Iterator[tuple[str, list[int]]]:
    """Paths and stamps of the files below a folder, in the order of their names' parts."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=attrgetter("name")):
            try:
                found = entry.stat()
            except FileNotFoundError:  # a link to nothing
                continue
            if stat.S_ISDIR(found.st_mode):
                yield from files_below(entry.path)
            elif stat.S_ISREG(found.st_mode):
                yield entry.path, stamp_of(found)


def stamp_of(found: os.stat_result) -> list[int]:
    """What changes when a file does: size, modification and change in ns, inode."""
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def stamps_of(path: Path) -> list[Any]:
    """The stamp of a file, or the names and stamps below a folder; empty where there is nothing."""
    try:
        return list(files_below(str(path))) if path.is_dir() else stamp_of(path.stat())
    except OSError:
        return []
