"""What files hold, as SHA-256, remembered by their size and time of change."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kedro_fresh.clock import latest
from kedro_fresh.files import write_json
from kedro_fresh.listing import CHANGED, STAMP, files_below, readable, stamp_of

FORMAT = 1
# A file that changes within a tick of the clock after it was read would not show it.
TICK_NS = 20_000_000
# Nor would one that another process has open as a memory map: the system notes the time of the
# first write only, until it has written the page to the disk, after half a minute.
SETTLED_NS = 60_000_000_000
ABSENT = "absent"
LOG = logging.getLogger(__name__)


class Contents:
    """SHA-256 of files and folders; those seen before are not read again.

    A remembered value holds while size, inode, time of change and time of modification are what
    they were. It is not trusted when it dates from the future (the clock was set back) or from the
    very moment of the change: a tick of the clock, or two seconds on a disk that counts whole ones.
    From one process to the next, a value holds that was found a minute after the change or later,
    so that what is written through a memory map shows. What a map on a file system without a disk
    (tmpfs) changes, no time ever shows.
    """

    def __init__(self, memo: Path) -> None:
        """Remember in the file ``memo``; a damaged one counts as empty."""
        self.memo = memo
        self.known: dict[str, list[Any]] = _read(memo)
        self.folders: dict[str, list[Any]] = {}
        self.changed = False

    def of(self, path: Path) -> str:
        """SHA-256 of a file, or of a folder's names and files; `ABSENT` where there is nothing.

        Raises:
            FreshError: it is there and cannot be read.
        """
        with readable(path):
            return self._of_folder(str(path)) if path.is_dir() else self._of_file(path)

    def remembered(self, kind: str, path: Path, compute: Callable[[Path], Any]) -> Any:
        """A value that follows from a file's bytes alone: computed once, `ABSENT` without a file.

        Args:
            kind: of value, since a file may have several.
            path: the file.
            compute: file to a value that JSON can hold.

        Raises:
            FreshError: the file is there and cannot be read.
        """
        with readable(path):
            try:
                return self._remembered(kind, path, stamp_of(path.stat()), compute)
            except (FileNotFoundError, NotADirectoryError):
                return ABSENT

    def derived(self, kind: str, path: Path, digest: str) -> Any:
        """What is remembered to follow from a file of this SHA-256, None if nothing is."""
        entry = self.known.get(f"{kind}:{path}")
        return entry[2] if entry and entry[0] == digest else None

    def keep(self, kind: str, path: Path, digest: str, value: Any) -> None:
        """Remember a value computed from a file's content; it is found again by the SHA-256."""
        self.known[f"{kind}:{path}"] = [digest, time.time_ns(), value]
        self.changed = True

    def save(self) -> None:
        """Write what is remembered; where that is impossible, say so and go on."""
        if not self.changed:
            return
        known = {
            key: entry
            for key, entry in self.known.items()
            if _is_settled(entry) and os.path.lexists(key.partition(":")[2])
        }
        try:
            write_json(self.memo, {"format": FORMAT, "known": known})
            self.changed = False
        except OSError as error:
            LOG.warning(
                "%s cannot be written (%s): files are read again next time.",
                self.memo,
                error.strerror,
            )

    def _of_file(self, path: Path) -> str:
        found: str = self.remembered("content", path, _sha256)
        return found

    def _of_folder(self, folder: str) -> str:
        listing = list(files_below(folder))
        newest = max((stamp[CHANGED] for _, stamp in listing), default=0)
        now = time.time_ns()
        entry = self.folders.get(folder)
        if not entry or not _holds(entry, listing, newest, now):
            entry = self.folders[folder] = [listing, now, self._digest(folder, listing)]
        found: str = entry[2]
        return found

    def _digest(self, folder: str, listing: list[tuple[str, list[int]]]) -> str:
        digest = hashlib.sha256()
        for path, stamp in listing:
            content = self._remembered("content", path, stamp, _sha256)
            digest.update(os.fsencode(f"{path[len(folder) + 1 :]}\0{content}\n"))
        return digest.hexdigest()

    def _remembered(
        self, kind: str, path: str | Path, stamp: list[int], compute: Callable[[Path], Any]
    ) -> Any:
        now = time.time_ns()
        key = f"{kind}:{path}"
        entry = self.known.get(key)
        if entry and _holds(entry, stamp, stamp[CHANGED], now):
            return entry[2]
        value = compute(Path(path))
        self.known[key] = [stamp, now, value]
        self.changed = True
        return value


def _holds(entry: list[Any], stamp: Any, changed: int, now: int) -> bool:
    """Whether what was computed then is still so: see `Contents`."""
    return bool(entry[0] == stamp and latest(changed) + TICK_NS < entry[1] <= now)


def _is_settled(entry: list[Any]) -> bool:
    """Whether another process may trust a value: what follows from bytes always holds."""
    return isinstance(entry[0], str) or bool(entry[0][CHANGED] + SETTLED_NS < entry[1])


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _read(memo: Path) -> dict[str, list[Any]]:
    try:
        document = json.loads(memo.read_text(encoding="utf-8"))
        known = document["known"] if document["format"] == FORMAT else {}
        return {key: entry for key, entry in known.items() if _is_entry(entry)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        LOG.warning("%s is damaged (%s): files are read again.", memo, error)
        return {}


def _is_entry(entry: Any) -> bool:
    if not (isinstance(entry, list) and len(entry) == 3 and isinstance(entry[1], int)):
        return False
    stamp = entry[0]
    of_numbers = isinstance(stamp, list) and all(isinstance(number, int) for number in stamp)
    return isinstance(stamp, str) or (of_numbers and len(stamp) == STAMP)
