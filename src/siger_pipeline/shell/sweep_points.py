"""The points of a sweep, handed out one by one to the processes that search it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from siger_pipeline.shell.sweep_asked import (
    ERROR,
    MADE_WITH,
    PLACE,
    POINT,
    SECONDS,
    Asked,
    newest_by_place,
    points_of,
)
from siger_pipeline.shell.sweep_claims import Claim, Ended
from siger_pipeline.shell.sweep_folder import SweepFolder
from siger_pipeline.shell.sweep_origin import refuse_mixed
from siger_pipeline.shell.sweep_storage import (
    load_optuna,
    open_storage,
    reached,
    study_name,
)
from siger_pipeline.shell.sweeps import Sweep
from siger_pipeline.studies.proposals import as_params, distributions, next_point
from siger_pipeline.studies.pruning import Finished, is_below_median
from siger_pipeline.studies.search import FAILED, PRUNED
from siger_pipeline.studies.space import Overrides, as_key

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

LOG = logging.getLogger(__name__)
KILLED = "its process ended before it did"


class Points:
    """All processes of a sweep share its storage, and a folder of locks beside its tables."""

    def __init__(self, sweep: Sweep) -> None:
        """Open the storage.

        Raises:
            UserError: it cannot be opened.
        """
        self.sweep = sweep
        self.began = datetime.now()
        optuna, search = load_optuna(), sweep.search
        with reached(sweep):
            self._folder = SweepFolder(sweep.folder / "search")
        with self._folder.choosing, reached(sweep):
            storage = open_storage(sweep)  # one process after the other makes its tables
            self._studies: dict[str, Study] = {
                model: optuna.create_study(
                    study_name=study_name(sweep, model),
                    storage=storage,
                    sampler=optuna.samplers.RandomSampler(search.seed),  # not asked: see _claim
                    pruner=optuna.pruners.NopPruner(),  # not asked: see report
                    direction="maximize",
                    load_if_exists=True,
                )
                for model in sweep.models
            }

    def check(self, model: str, made_with: Mapping[str, Any]) -> None:
        """Refuse to mix points of different code, data or settings.

        Args:
            model: whose points.
            made_with: dotted key -> value as JSON holds it, of all that their results follow from.

        Raises:
            ConfigurationError: the points that are there follow from something else.
        """
        study = self._studies[model]
        with self._folder.choosing, reached(self.sweep):
            before = study.user_attrs.get(MADE_WITH)
            if before is None:
                study.set_user_attr(MADE_WITH, dict(made_with))
                return
        refuse_mixed(self.sweep, model, before, made_with)

    def next(self, ended: Ended | None = None) -> Claim | None:
        """Take note of a point that has ended, and claim another one; None where none is left.

        One after the other in one go, so that the last process to ask finds all points ended.
        """
        with self._folder.choosing, reached(self.sweep):
            if ended:
                self._note(ended)
            self._folder.take(self._studies.values())
            for model in self.sweep.models:
                if claim := self._next_of(model):
                    return claim
        return None

    def asked(self) -> list[Asked]:
        """All points that have been chosen, by model and place."""
        with reached(self.sweep):
            found = (points_of(model, each) for model, each in self._studies.items())
            return [point for points in found for point in points]

    def report(self, claim: Claim, curve: Mapping[int, float]) -> int | None:
        """Tell Optuna of a point's epochs; that after which it is pruned, None where it goes on.

        Epochs are judged one by one, so that a training that was killed and resumed is pruned where
        it would have been.
        """
        with reached(self.sweep):
            for epoch in self._untold(claim, curve):
                claim.trial.report(curve[epoch], epoch)
                if self._is_pruned(claim, {e: v for e, v in curve.items() if e <= epoch}):
                    return epoch
        return None

    def _is_pruned(self, claim: Claim, curve: Mapping[int, float]) -> bool:
        search = self.sweep.search
        if search.pruner == "none":
            return False
        complete = (load_optuna().trial.TrialState.COMPLETE,)
        others = self._studies[claim.model].get_trials(deepcopy=False, states=complete)
        finished = [Finished(one.intermediate_values, one.values[0]) for one in others]
        return is_below_median(curve, finished, startup=search.startup, warmup=search.warmup)

    def _untold(self, claim: Claim, curve: Mapping[int, float]) -> list[int]:
        told = self._studies[claim.model].get_trials(deepcopy=False)[claim.trial.number]
        return sorted(curve.keys() - told.intermediate_values.keys())

    def _note(self, ended: Ended) -> None:
        claim, study = ended.claim, self._studies[ended.claim.model]
        states = load_optuna().trial.TrialState
        for epoch in self._untold(claim, ended.curve):
            claim.trial.report(ended.curve[epoch], epoch)
        claim.trial.set_user_attr(SECONDS, ended.seconds)
        if ended.state in (PRUNED, FAILED):
            claim.trial.set_user_attr(ERROR, ended.error)
            state = states.PRUNED if ended.state == PRUNED else states.FAIL
            study.tell(claim.trial, state=state)
        else:
            study.tell(claim.trial, ended.value)
        claim.held.release()

    def _next_of(self, model: str) -> Claim | None:
        """A point that is to be run again, or a new one while the budget lasts."""
        newest, space = self._newest(model), self.sweep.models[model].space
        # First what a process was killed over between the choice and the start of a point.
        due = sorted(newest.items(), key=lambda pair: (pair[1].state.name != "WAITING", pair[0]))
        for place, trial in due:
            if self._is_due(trial) and (held := self._folder.hold(model, place)):
                self._end_killed(model, trial)
                return self._claim(model, place, trial.user_attrs[POINT], held)
        place = next(n for n in range(len(newest) + 1) if n not in newest)
        if place >= self.sweep.points_of(model):
            return None
        results = ("COMPLETE", "PRUNED")
        ended = [newest[n] for n in sorted(newest) if newest[n].state.name in results]
        tried = {as_key(trial.user_attrs[POINT]) for trial in newest.values()}
        point = next_point(space, self.sweep.search, place, ended, tried)
        held = self._folder.hold(model, place) if point is not None else None
        return self._claim(model, place, point, held) if point is not None and held else None

    def _is_due(self, trial: FrozenTrial) -> bool:
        """Whether a point has not come to a result: its process was killed, or it failed before."""
        name, end = trial.state.name, trial.datetime_complete
        return name in ("RUNNING", "WAITING") or (
            name == "FAIL" and end is not None and end < self.began
        )

    def _end_killed(self, model: str, trial: FrozenTrial) -> None:
        if trial.state.name == "RUNNING":
            point = trial.user_attrs[PLACE] + 1
            LOG.info("%s, point %d: %s, so it runs again", model, point, KILLED)
            failed = load_optuna().trial.TrialState.FAIL
            self._studies[model].tell(trial.number, state=failed)

    def _claim(self, model: str, place: int, point: Overrides, held: FileLock) -> Claim:
        study, space = self._studies[model], self.sweep.models[model].space
        with ExitStack() as undo:
            undo.callback(held.release)
            trials = study.get_trials(deepcopy=False)
            if all(each.state.name != "WAITING" for each in trials):
                told = {PLACE: place, POINT: point}
                study.enqueue_trial(as_params(space, point), user_attrs=told)
            trial = study.ask(distributions(space))
            undo.pop_all()
        return Claim(model, place, point, trial, held)

    def _newest(self, model: str) -> dict[int, FrozenTrial]:
        return newest_by_place(self._studies[model].get_trials(deepcopy=False))
