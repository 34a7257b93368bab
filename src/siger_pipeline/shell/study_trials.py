"""The trial of a study at a point: its overrides, checked, with their place in `studies.yml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from siger_pipeline.errors import ConfigurationError, UserError
from siger_pipeline.models.registry import model_config
from siger_pipeline.shell.configuration import ProjectConfigLoader
from siger_pipeline.shell.same_trials import Asked
from siger_pipeline.shell.study_faults import did_you_mean
from siger_pipeline.shell.study_file import StudyFile
from siger_pipeline.shell.trials import CORRECTOR, Trial, trial_of
from siger_pipeline.studies.differences import leaves, merged, nested
from siger_pipeline.studies.grid import Point, full_keys, of_run, overlap
from siger_pipeline.training.config import TrainConfig


class StudyTrials:
    """The trials that the studies of an environment ask for."""

    def __init__(
        self, loader: ProjectConfigLoader, given: Mapping[str, Any], file: StudyFile
    ) -> None:
        """Take the configuration, the parameters of the run as they stand in it, the studies."""
        self._loader = loader
        self._given = given
        self._file = file

    def trial(self, name: str, point: Point) -> Trial:
        """The trial of a study at a point.

        Raises:
            UserError: an override that is unknown, impossible, or set by the run as well.
        """
        return self.asked(name, point).trial

    def asked(self, name: str, point: Point, corrector: str = "") -> Asked:
        """The same with its overrides, and with a corrector of the study.

        Raises:
            UserError: as of `trial`.
        """
        model = point.model
        try:
            overrides = self._overrides(point)
        except ConfigurationError as error:
            raise ConfigurationError(f"{self._of(name, point)}: {error}") from error
        runtime = self._loader.runtime_params or {}
        keys = [of_run(key, model) for key, _ in leaves(runtime)]
        beside = {CORRECTOR: corrector} if corrector else {}
        itself = ["model", *overrides, *beside]
        if twice := sorted(key for key in keys if any(overlap(key, own) for own in itself)):
            raise ConfigurationError(
                f"{self._file.at(name)}study {name!r} sets {twice[0]} itself: leave it out of "
                "--params"
            )
        own = nested({**overrides, **beside, "model": model})
        given, explicit = merged(self._given, own), merged(runtime, own)
        where = partial(self._where, {**overrides, **beside})
        try:
            trial = trial_of(self._loader.configured(), given, explicit, where)
        except UserError as error:
            raise type(error)(f"{self._of(name, point)}: {error}") from error
        return Asked(point, overrides, trial)

    def corrected(self, name: str, asked: Asked, correctors: Sequence[str]) -> dict[str, Trial]:
        """A trial with each corrector of the study, or else with that of the configuration."""
        if correctors:
            return {each: self.asked(name, asked.point, each).trial for each in correctors}
        chosen = asked.trial.selection.corrector
        return {chosen: asked.trial} if chosen else {}

    def _overrides(self, point: Point) -> dict[str, Any]:
        """By dotted keys with their block; one that is of no block is known by nothing."""
        own, settings = model_config(point.model).model_fields, TrainConfig.model_fields
        overrides = full_keys(point, own, settings)
        short = {*own, *settings}
        for key in overrides:
            block = key.partition(".")[0]
            if block not in self._given and (wish := did_you_mean(block, short)):
                raise ConfigurationError(
                    f"no parameter {key!r}; {wish.strip()} (of model {point.model} or of train)"
                )
        return overrides

    def _of(self, name: str, point: Point) -> str:
        variant = f", variant {point.variant!r}" if point.variant else ""
        return f"{self._file.at(name)}study {name!r}, model {point.model}{variant}"

    def _where(self, overrides: Mapping[str, Any], keys: Sequence[str]) -> str:
        """Where a parameter stands that the study does not override."""
        overridden = any(f"{key}.".startswith(f"{'.'.join(keys)}.") for key in overrides)
        return "" if overridden else self._loader.where("parameters", keys)
