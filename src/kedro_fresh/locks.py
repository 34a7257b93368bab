"""Runs that would write the same results, or what another one reads, exclude each other."""

from __future__ import annotations

import errno
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from kedro_fresh.errors import FreshError
from kedro_fresh.files import write_json

if TYPE_CHECKING:
    from filelock import ReadWriteLock


class Locks:
    """Locks that are held until the run ends or the process dies: the system releases them.

    A node's record is held by one run. A dataset without versions is held by one run that writes
    it, or by any number that read it.
    """

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.held: set[Path] = set()
        self.reading: dict[Path, ExitStack] = {}

    def __enter__(self) -> Locks:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stack.close()
        self.held.clear()
        self.reading.clear()

    def take(self, record: Path, node: str) -> None:
        """Hold a record's lock; once more is nothing.

        Raises:
            FreshError: another process holds it, or the folder cannot be written.
        """
        lock, holder = (record.with_name(record.name + end) for end in (".lock", ".holder"))
        self._hold(lock, node, lambda: FileLock(lock, timeout=0), holder)

    def write(self, lock: Path, dataset: str) -> None:
        """Hold a dataset that nobody else may read or write; once more is nothing.

        Raises:
            FreshError: as of `take`.
        """
        if lock in self.reading:
            self.reading.pop(lock).close()
        holder = lock.with_suffix(".holder")
        self._hold(lock, dataset, lambda: _exclusive(lock), holder)

    def read(self, lock: Path, dataset: str) -> None:
        """Hold a dataset that others may read, and nobody may write; once more is nothing.

        Raises:
            FreshError: as of `take`.
        """
        if lock in self.held or lock in self.reading:
            return
        stack = self.stack.enter_context(ExitStack())
        holder = lock.with_suffix(f".{os.getpid()}.holder")
        with _explained(lock, dataset):
            stack.enter_context(_shared(lock))
            stack.callback(holder.unlink, missing_ok=True)
            write_json(holder, _myself())
        self.reading[lock] = stack

    def _hold(
        self,
        lock: Path,
        what: str,
        make: Callable[[], AbstractContextManager[object]],
        holder: Path,
    ) -> None:
        if lock in self.held:
            return
        with _explained(lock, what):
            self.stack.enter_context(make())
            write_json(holder, _myself())
        self.held.add(lock)


def refuse_if_held(record: Path, node: str) -> None:
    """Refuse to go on while a run makes what a node's record is of.

    Raises:
        FreshError: another process holds the record.
    """
    lock = record.with_name(f"{record.name}.lock")
    if lock.exists():
        with _explained(lock, node), FileLock(lock, timeout=0):
            pass


@contextmanager
def _explained(lock: Path, what: str) -> Iterator[None]:
    """Say who holds a lock that cannot be taken, in a sentence."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        yield
    except Timeout as error:
        raise FreshError(
            f"{what} is being {_others(lock)}: wait until it ends, or end it"
        ) from error
    except OSError as error:
        if error.errno == errno.EMFILE:
            raise FreshError(
                f"{what} must run, and too many files are open: a run holds at least one for each "
                "node that must run. Raise the limit (`ulimit -n`), or run fewer nodes at a time"
            ) from error
        raise FreshError(
            f"{what} must run, and {lock.parent} cannot be written ({error.strerror}): "
            "nothing was changed"
        ) from error


def _shared(lock: Path) -> AbstractContextManager[object]:
    return _opened(lock).read_lock(blocking=False)


def _exclusive(lock: Path) -> AbstractContextManager[object]:
    return _opened(lock).write_lock(blocking=False)


def _opened(lock: Path) -> ReadWriteLock:
    # Imported here: a run in which all is fresh reads nothing, and the lock is a database.
    import sqlite3

    from filelock import ReadWriteLock

    try:
        return ReadWriteLock(lock, is_singleton=False)
    except sqlite3.Error as error:
        raise OSError(None, str(error)) from error


def _myself() -> dict[str, str]:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    since = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    me = {"process": str(os.getpid()), "machine": platform.node()}
    return {**me, "command": command, "since": since}


def _others(lock: Path) -> str:
    """Those that read, or the one that writes; a reader that was killed has left its note."""
    notes = [_who(holder) for holder in sorted(lock.parent.glob(f"{lock.stem}.*.holder"))]
    if readers := [note for note in notes if note and not note.startswith("by a child")]:
        return f"read by another run ({'; '.join(readers)})"
    writer = _who(lock.with_suffix(".holder"))
    return f"written by another run ({writer})" if writer else "written by another run"


def _who(holder: Path) -> str:
    try:
        found = json.loads(holder.read_text(encoding="utf-8"))
        who = f"process {found['process']}"
        if found["machine"] == platform.node() and _has_ended(int(found["process"])):
            # A forked child keeps what its parent had locked.
            who = f"by a child of {who}, which has ended"
        return f"{who}, `{found['command']}`, since {found['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _has_ended(process: int) -> bool:
    if os.name != "posix":  # elsewhere, the signal 0 is not a question
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # another user's
        return False
    return False
