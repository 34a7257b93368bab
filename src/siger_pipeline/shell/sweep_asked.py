"""The points that a sweep has chosen so far, as its storage has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siger_pipeline.shell.sweep_storage import (
    JOURNAL,
    load_optuna,
    open_storage,
    reached,
    study_name,
)
from siger_pipeline.shell.sweeps import Sweep
from siger_pipeline.studies.search import COMPLETE, FAILED, PRUNED, UNDER_WAY
from siger_pipeline.studies.space import Overrides

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

# What a trial of Optuna is told beside its values, and a study.
PLACE, POINT, ERROR, SECONDS = "place", "point", "error", "seconds"
MADE_WITH = "made_with"


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
