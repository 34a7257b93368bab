"""Where Optuna keeps the points of a sweep: a journal beside the tables, or a database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from kedro_fresh.errors import behind
from siger_pipeline.errors import UserError
from siger_pipeline.shell.sweeps import Sweep

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

JOURNAL = "search/journal.jsonl"
PATIENCE = 60.0  # seconds: the lock is held for some milliseconds, unless its process was stopped
PASSWORD = re.compile(r"(://[^:/@]*):[^@]*@")


class StorageError(UserError):
    """The storage of a sweep cannot be opened, read or written."""


class _JournalLock:
    """Of the journal's file: unlike Optuna's own, the system releases it when a process dies."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path, timeout=PATIENCE)

    def acquire(self) -> bool:
        self._lock.acquire()
        return True

    def release(self) -> None:
        self._lock.release()


def shown(sweep: Sweep) -> str:
    """The storage as it may be printed: a password is left out."""
    return PASSWORD.sub(r"\1:***@", sweep.search.storage or str(sweep.folder / JOURNAL))


@contextmanager
def reached(sweep: Sweep) -> Iterator[None]:
    """Whatever goes wrong here is of the storage, and told so.

    Raises:
        StorageError: it names the storage and the cause.
    """
    try:
        yield
    except Exception as error:
        if not _is_of_storage(error):
            raise
        first = list(behind(error))[-1]
        cause = (str(first) or type(first).__name__).partition("\n")[0]
        missing = first.name if isinstance(first, ImportError) else None
        what = f"its driver {missing} is not installed" if missing else cause
        raise StorageError(
            f"the storage of the sweep, {shown(sweep)}, cannot be used: {what}. Points that have "
            "been trained stay; mend it, and the same command goes on"
        ) from error


def _is_of_storage(error: Exception) -> bool:
    """Whether a file, a database or its driver is behind an error, and not our own code."""
    from optuna.exceptions import OptunaError
    from sqlalchemy.exc import SQLAlchemyError

    kinds = (OSError, ImportError, JSONDecodeError, OptunaError, SQLAlchemyError)
    return isinstance(error, kinds)


def open_storage(sweep: Sweep) -> BaseStorage:
    """The storage, made where it is not there.

    Raises:
        UserError: Optuna is not installed, or the storage is out of reach.
    """
    optuna = load_optuna()
    with reached(sweep):
        if sweep.search.storage:
            # A connection that was lost meanwhile is made anew.
            alive = {"pool_pre_ping": True}
            storage: BaseStorage = optuna.storages.RDBStorage(sweep.search.storage, alive)
            return storage
        path = sweep.folder / JOURNAL
        path.parent.mkdir(parents=True, exist_ok=True)
        lock: Any = _JournalLock(path.with_suffix(".lock"))
        _drop_what_was_cut_off(path, lock)
        backend = optuna.storages.journal.JournalFileBackend(str(path), lock)
        journal: BaseStorage = optuna.storages.JournalStorage(backend)
        return journal


def load_optuna() -> Any:
    """Optuna, quiet: the sweep tells of its points itself.

    Raises:
        UserError: it is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise UserError(
            "a sweep needs Optuna, which is not installed: pip install 'siger-pipeline[sweep]'"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def study_name(sweep: Sweep, model: str) -> str:
    """The name of a model's points in the storage, which several data sets may share."""
    return f"{sweep.dataset}/{sweep.slug}/{model}"


def _drop_what_was_cut_off(path: Path, lock: _JournalLock) -> None:
    """A last line without an end, as a full disk leaves it, would spoil the line after it."""
    if not path.exists():
        return
    lock.acquire()
    try:
        with path.open("rb+") as file:
            content = file.read()
            if content and not content.endswith(b"\n"):
                file.truncate(content.rfind(b"\n") + 1)
    finally:
        lock.release()
