"""The studies of an environment: `studies.yml`, checked, as trials."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kedro.utils import find_kedro_project

from siger_pipeline.errors import ConfigurationError
from siger_pipeline.graphs.registry import Graph, content_graphs
from siger_pipeline.shell.configuration import EACH, ProjectConfigLoader
from siger_pipeline.shell.fusion import why_not_fused
from siger_pipeline.shell.model_blocks import is_setting_of
from siger_pipeline.shell.same_trials import distinct, unread_by_all
from siger_pipeline.shell.significance import why_not_tested
from siger_pipeline.shell.study_file import StudyFile
from siger_pipeline.shell.study_trials import StudyTrials
from siger_pipeline.shell.sweep_space import SpaceError
from siger_pipeline.shell.sweeps import Sweep, searched
from siger_pipeline.shell.trials import Trial
from siger_pipeline.studies.config import StudyConfig
from siger_pipeline.studies.differences import leaves
from siger_pipeline.studies.grid import Point, of_run, overlap, points
from siger_pipeline.studies.names import slug, varied
from siger_pipeline.studies.sums import FUSION, calibrated_variant

TABLE = "studies/{study}/table"


@dataclass(frozen=True)
class Part:
    """A trial of a study.

    Attributes:
        trial: model and overrides.
        variant: what the study calls the overrides.
        corrected: the trial with each corrector, by the name of the corrector.
    """

    trial: Trial
    variant: str
    corrected: Mapping[str, Trial]

    @property
    def cold_items(self) -> float:
        """The share of items that lose their training interactions."""
        return self.trial.parameters.split.cold_items


@dataclass(frozen=True)
class Study:
    """Several trials, and a table of them.

    Attributes:
        name: of its pipeline.
        label: the name, and the overrides of the run: its table is of other trials under these.
        parts: its trials.
        config: what `studies.yml` says of it.
    """

    name: str
    label: str
    parts: Sequence[Part]
    config: StudyConfig

    @property
    def slug(self) -> str:
        """The label in names of nodes, datasets and folders."""
        return self.name if self.label == self.name else slug(self.label)

    @property
    def correctors(self) -> tuple[str, ...]:
        """Names of the models that correct its trials."""
        return tuple(self.parts[0].corrected)


def _content_graphs(part: Part) -> tuple[Graph, ...]:
    return content_graphs(part.trial.selection.requests)


class Studies:
    """The studies of an environment; none is read before it is asked for."""

    def __init__(self, loader: ProjectConfigLoader, given: Mapping[str, Any]) -> None:
        """Take the configuration, and the parameters of the run as they stand in it."""
        self._loader = loader
        self._given = given
        self._file = StudyFile(loader)
        self._at = self._file.at
        self._trials = StudyTrials(loader, given, self._file)

    def names(self) -> list[str]:
        """The names of all studies.

        Raises:
            ConfigurationError: a name that cannot be that of a pipeline, or is another's.
        """
        return self._file.names()

    @property
    def each(self) -> dict[str, Any]:
        """The parameters of `--params each.…`, and their values."""
        return self._file.each

    def study(self, name: str) -> Study:
        """A study with its trials.

        Raises:
            UserError: of the study, of one of its trials, or two trials that are the same.
        """
        self.names()
        config = self._file.config(name)
        seedless = {model for model in config.models if not is_setting_of(model, "seed")}
        points = list(self._points(name, config, seedless))
        parts = self._parts(name, points, config.correctors)
        self._check_blocks(name, config, parts)
        label = self._label(name, parts)
        study = Study(name, label, parts, config)
        if study.slug != name and study.slug in self.names():
            raise ConfigurationError(
                f"{self._at(study.slug)}study {study.slug!r} has the name that the results of "
                f"study {name!r} have under --params: rename it"
            )
        return study

    def sweep(self, study: Study) -> Sweep:
        """What a study searches.

        Raises:
            UserError: a space that cannot be searched, or a value that a model does not take.
        """
        trial = partial(self._trials.trial, study.name)
        try:
            models = searched(
                self._file.config(study.name), [part.trial for part in study.parts], trial
            )
        except SpaceError as error:
            at = self._at(study.name, "search", *error.keys) or self._at(study.name)
            raise ConfigurationError(f"{at}study {study.name!r} {error}") from error
        assert study.config.search is not None
        entry = self._loader["catalog"][TABLE]["filepath"].replace("{study}", study.slug)
        folder = (find_kedro_project(Path.cwd()) or Path.cwd()) / Path(entry).parent
        env = self._loader.env
        env = env if env != self._loader.default_run_env else None
        return Sweep(study.slug, study.config.search, models, folder, env, trial)

    def _label(self, name: str, parts: Sequence[Part]) -> str:
        """The name of a study with the overrides of the run that its trials depend on."""
        keys = [key for key, _ in leaves(self._loader.runtime_params or {})]
        by = {
            key: value
            for part in parts
            for trial in (part.trial, *part.corrected.values())
            for key, value in trial.overrides.items()
            if any(overlap(key, of_run(asked, trial.model)) for asked in keys)
        }
        return varied(name, by | {f"{EACH}.{key}": values for key, values in self.each.items()})

    def _points(self, name: str, config: StudyConfig, seedless: Collection[str]) -> Iterator[Point]:
        modalities = self._given["features"]["modalities"]
        try:
            yield from points(config, seedless, [m for m, how in modalities.items() if how])
        except ConfigurationError as error:
            raise ConfigurationError(
                f"{self._at(name, 'variants')}study {name!r}: {error}"
            ) from error

    def _parts(self, name: str, asked: Sequence[Point], correctors: Sequence[str]) -> list[Part]:
        found = [self._trials.asked(name, point) for point in asked]
        kept, twice = distinct(found)
        if twice:
            variants = " and ".join(repr(each.point.variant) for each in twice)
            trial = twice[1].trial
            raise ConfigurationError(
                f"{self._at(name)}study {name!r} has trial {trial.name} twice, as variants "
                f"{variants}: an override equals what is configured, or changes nothing for model "
                f"{trial.model}; leave one of them out"
            )
        if unread := unread_by_all(found):
            of, key = unread
            raise ConfigurationError(
                f"{self._at(name)}study {name!r}, variant {of.point.variant!r}: {key} is read by "
                f"none of its trials that override it: leave it out, or name a model that reads it"
            )
        return [
            Part(each.trial, each.point.variant, self._trials.corrected(name, each, correctors))
            for each in kept
        ]

    def _check_blocks(self, name: str, config: StudyConfig, parts: Sequence[Part]) -> None:
        trials, variants = [p.trial for p in parts], [p.variant for p in parts]
        sums = [
            calibrated_variant(p.variant, corrector) for p in parts for corrector in p.corrected
        ]
        sums += [FUSION] if config.fusion else []
        if config.fusion and (fault := why_not_fused(config.fusion, trials)):
            raise ConfigurationError(f"{self._at(name, 'fusion')}study {name!r} {fault}")
        if config.tests and (fault := why_not_tested(config.tests, trials, variants, sums)):
            raise ConfigurationError(f"{self._at(name, 'tests')}study {name!r} {fault}")
        if config.fold_in and not any(p.cold_items for p in parts):
            raise ConfigurationError(
                f"{self._at(name, 'fold_in')}study {name!r} folds in cold items, and none of its "
                "trials has any: give it a variant with split.cold_items, such as 0.2, or leave "
                "fold_in out"
            )
        if config.coverage and (lacking := [p for p in parts if not _content_graphs(p)]):
            raise ConfigurationError(
                f"{self._at(name, 'coverage')}study {name!r}: trial {lacking[0].trial.name} has no "
                "item graph of features that could cover anything; name a model with one, such as "
                "siger"
            )
