"""Where Optuna keeps the points of a sweep: a journal beside the tables, or a database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from kedro_fresh.errors import behind
from siger_pipeline.errors import UserError
from siger_pipeline.shell.sweeps import Sweep
from siger_pipeline.studies.space import Overrides

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial

JOURNAL = "search/journal.jsonl"
# What a trial of Optuna is told beside its values, and a study.
PLACE, POINT, ERROR, SECONDS = "place", "point", "error", "seconds"
MADE_WITH = "made_with"
COMPLETE, PRUNED, FAILED, UNDER_WAY = "complete", "pruned", "failed", "under way"
PASSWORD = re.compile(r"(://[^:/@]*):[^@]*@")


class StorageError(UserError):
    """The storage of a sweep cannot be opened, read or written."""


@dataclass(frozen=True)
class Asked:
    """A point that a sweep has chosen.

    Attributes:
        model: name.
        place: among the points of the model, from 0.
        state: complete, pruned, failed or under way.
        point: its parameters.
        curve: epoch -> monitored validation metric, as far as it was told.
        value: the monitored metric; None where none was reached.
        seconds: that it took when it ran; None where that was not told.
        error: of a failed one.
        data: hash of the raw data that it follows from.
        code: hash of the code.
    """

    model: str
    place: int
    state: str
    point: Overrides
    curve: dict[int, float]
    value: float | None
    seconds: float | None
    error: str
    data: str
    code: str


class _JournalLock:
    """Of the journal's file: unlike Optuna's own, the system releases it when a process dies."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path)

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
            storage: BaseStorage = optuna.storages.get_storage(sweep.search.storage)
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


def asked_points(sweep: Sweep) -> list[Asked]:
    """All points that have been chosen, by model and place; none where nothing was searched.

    Raises:
        UserError: as of `open_storage`.
    """
    if not sweep.search.storage and not (sweep.folder / JOURNAL).exists():
        return []
    storage, found = open_storage(sweep), []
    with reached(sweep):
        names = {summary.study_name for summary in load_optuna().get_all_study_summaries(storage)}
        for model in sweep.models:
            if (name := study_name(sweep, model)) in names:
                study = load_optuna().load_study(study_name=name, storage=storage)
                found += points_of(model, study)
    return found


def newest_by_place(trials: list[FrozenTrial]) -> dict[int, FrozenTrial]:
    """Place -> its last trial: a point whose process was killed, or that failed, has several."""
    return {trial.user_attrs[PLACE]: trial for trial in trials if PLACE in trial.user_attrs}


def points_of(model: str, study: Study) -> list[Asked]:
    """The points of a model, by place."""
    newest = newest_by_place(study.get_trials(deepcopy=False))
    made_with = study.user_attrs.get(MADE_WITH, {})
    return [_asked(model, newest[place], made_with) for place in sorted(newest)]


def _asked(model: str, trial: FrozenTrial, made_with: Mapping[str, Any]) -> Asked:
    names = {"COMPLETE": COMPLETE, "PRUNED": PRUNED, "FAIL": FAILED}
    curve = dict(sorted(trial.intermediate_values.items()))
    state = names.get(trial.state.name, UNDER_WAY)
    return Asked(
        model,
        trial.user_attrs[PLACE],
        state,
        trial.user_attrs[POINT],
        curve,
        trial.value if state == COMPLETE else max(curve.values(), default=None),
        trial.user_attrs.get(SECONDS),
        trial.user_attrs.get(ERROR, ""),
        made_with.get("data", ""),
        made_with.get("code", ""),
    )


def said_of(sweep: Sweep, asked: Asked) -> dict[str, Any]:
    """What the table of a sweep is told of a point, beside the files of its trial."""
    trial = sweep.trial_at(asked.model, asked.point)
    return {
        "dataset": sweep.dataset,
        "model": asked.model,
        "point": asked.place + 1,
        "state": asked.state,
        "trial": trial.name,
        "parameters": asked.point,
        "metric": sweep.models[asked.model].monitor,
        "curve": [list(pair) for pair in asked.curve.items()] if asked.state != COMPLETE else [],
        "seconds": asked.seconds,
        "error": asked.error,
        "data": asked.data,
        "code": asked.code,
        "command": sweep.command(trial),
    }


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
