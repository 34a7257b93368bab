"""What files hold, as SHA-256, remembered by their size and time of change."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORMAT = 1
# A file that changes within a tick of the clock after it was read would not show it.
TICK_NS = 20_000_000
ABSENT = "absent"
LOG = logging.getLogger(__name__)


class Contents:
    """SHA-256 of files and folders; those seen before are not read again.

    A remembered value holds while size, inode, time of change and time of modification are what
    they were. It is not trusted when it dates from the future (the clock was set back) or from the
    very moment of the change.
    """

    def __init__(self, memo: Path) -> None:
        """Remember in the file ``memo``; a damaged one counts as empty."""
        self.memo = memo
        self.known: dict[str, list[Any]] = _read(memo)
        self.changed = False

    def of(self, path: Path) -> str:
        """SHA-256 of a file, or of a folder's names and files; `ABSENT` where there is nothing."""
        if path.is_dir():
            return self._of_folder(path)
        found: str = self.remembered("content", path, _sha256)
        return found

    def remembered(self, kind: str, path: Path, compute: Callable[[Path], Any]) -> Any:
        """A value that follows from a file's bytes alone: computed once, `ABSENT` without a file.

        Args:
            kind: of value, since a file may have several.
            path: the file.
            compute: file to a value that JSON can hold.
        """
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return ABSENT
        now = time.time_ns()
        stamp = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
        key = f"{kind}:{path}"
        entry = self.known.get(key)
        if entry and entry[0] == stamp and found.st_ctime_ns + TICK_NS < entry[1] <= now:
            return entry[2]
        value = compute(path)
        self.known[key] = [stamp, now, value]
        self.changed = True
        return value

    def save(self) -> None:
        """Write what is remembered; where that is impossible, say so and go on."""
        if not self.changed:
            return
        try:
            write_json(self.memo, {"format": FORMAT, "known": self.known})
            self.changed = False
        except OSError as error:
            LOG.warning(
                "%s cannot be written (%s): files are read again next time.", self.memo, error
            )

    def _of_folder(self, folder: Path) -> str:
        digest = hashlib.sha256()
        for path in sorted(found for found in folder.rglob("*") if found.is_file()):
            digest.update(f"{path.relative_to(folder)}\0{self.of(path)}\n".encode())
        return digest.hexdigest()


def write_json(path: Path, document: Any) -> None:
    """Write a JSON file at once: there is the old one or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        temporary.write_text(json.dumps(document, ensure_ascii=False))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def link_or_copy(source: Path, target: Path) -> None:
    """The same bytes under another name: a hard link, or a copy where there are no links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        os.link(source, temporary)
    except OSError:
        shutil.copyfile(source, temporary)
    temporary.replace(target)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _read(memo: Path) -> dict[str, list[Any]]:
    try:
        document = json.loads(memo.read_text())
        return dict(document["known"]) if document["format"] == FORMAT else {}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        LOG.warning("%s is damaged (%s): files are read again.", memo, error)
        return {}
