"""The trials whose nodes this process has.

Kedro asks for the pipelines without saying for which parameters. The context says it here first;
this is the only state of the project that outlives a call.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kedro.framework.project import pipelines, settings
from kedro.utils import find_kedro_project

from siger_pipeline.errors import ParameterError, UserError
from siger_pipeline.shell.configuration import ProjectConfigLoader
from siger_pipeline.shell.studies import Studies, Study
from siger_pipeline.shell.sweep_storage import StorageError
from siger_pipeline.shell.trials import Trial, trial_of
from siger_pipeline.shell.varied import varied_parameters
from siger_pipeline.shell.wiring import Stages, Wired, wire
from siger_pipeline.studies.differences import merged

LOG = logging.getLogger(__name__)


class UnknownPipelineError(KeyError):
    """There is neither a stage nor a study of a name."""


@dataclass
class Current:
    """What pipelines are built for.

    Attributes:
        trial: of the run.
        studies: of the environment.
        trials: slug -> trial, of all that have been wired.
        wired: slug and corrector -> nodes; without one, the corrector is empty.
        parameters: of these nodes, beside those of the configuration.
    """

    trial: Trial
    studies: Studies
    trials: dict[str, Trial] = field(default_factory=dict)
    wired: dict[tuple[str, str], Wired] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)

    def nodes_of(self, trial: Trial, stages: Stages) -> Wired:
        """The nodes of a trial, which from now on has entries in the catalog.

        Raises:
            ParameterError: another trial, or other shared data, would have the same slug.
        """
        key = trial.slug, trial.selection.corrector
        if key not in self.wired:
            wired = wire(trial, stages)
            self.parameters = merged(self.parameters, wired.parameters)
            self.trials.setdefault(trial.slug, trial)
            self.wired[key] = wired
            _check_clash(self.scopes, wired.scopes)
        _check_clash({trial.slug: self.trials[trial.slug].name}, {trial.slug: trial.name})
        return self.wired[key]

    @property
    def own(self) -> Wired:
        """The nodes of the run's trial, which have been wired."""
        return self.wired[self.trial.slug, self.trial.selection.corrector]

    def add_study(self, study: Study) -> None:
        """Let the catalog have the parameters of a study's table."""
        rows = [
            {
                "trial": part.trial.name,
                "model": part.trial.model,
                "variant": part.variant,
                "seed": part.trial.values["train"].get("seed"),
            }
            for part in study.parts
        ]
        further: dict[str, Any] = {"varied": varied_parameters(study)}
        if study.correctors:
            further["correctors"] = list(study.correctors)
        self._say(study, {"trials": rows, **further})

    def add_sweep(self, study: Study, points: Sequence[Mapping[str, Any]]) -> None:
        """Let the catalog have the parameters of a sweep's table: what is said of its points."""
        named = {f"{point['model']}-{point['point']}": dict(point) for point in points}
        self._say(study, {"points": named})

    def _say(self, study: Study, rows: Mapping[str, Any]) -> None:
        title = f"{study.label} on {self.trial.dataset}"
        title += f": {study.config.description}" if study.config.description else ""
        said: dict[str, Any] = {**rows, "title": title}
        stated = {"groups", "coverage", "fusion", "tests"}
        config = study.config.model_dump(mode="json", include=stated)
        said |= {key: value for key, value in config.items() if value}
        self.parameters = merged(self.parameters, {"study": {study.slug: said}})

    @property
    def scopes(self) -> dict[str, str]:
        """Slug -> name, of what trials share under overrides."""
        return {short: n for wired in self.wired.values() for short, n in wired.scopes.items()}


def _check_clash(known: Mapping[str, str], new: Mapping[str, str]) -> None:
    for short, name in new.items():
        if known[short] != name:
            raise ParameterError(
                f"trials {known[short]} and {name} would both be {short} in names of nodes: give "
                "one of the values that they differ by in another spelling"
            )


def current_of(loader: ProjectConfigLoader) -> Current:
    """The trial and the studies of a run's configuration.

    Raises:
        UserError: a parameter is unknown or impossible.
    """
    given = loader["parameters"]
    where = partial(loader.where, "parameters")
    trial = trial_of(loader.configured(), given, loader.runtime_params or {}, where)
    return Current(trial, Studies(loader, given))


def project_loader(
    env: str | None = None,
    conf_source: str | None = None,
    runtime_params: Mapping[str, Any] | None = None,
) -> ProjectConfigLoader:
    """The configuration of the project that is worked in, without a context.

    Args:
        env: its environment; the base one where none is named.
        conf_source: folder of the configuration; the project's where none is named.
        runtime_params: what the run overrides.
    """
    project = find_kedro_project(Path.cwd()) or Path.cwd()
    loader = settings.CONFIG_LOADER_CLASS(
        conf_source=conf_source or str(project / settings.CONF_SOURCE),
        env=env,
        runtime_params=dict(runtime_params or {}),
        **settings.CONFIG_LOADER_ARGS,
    )
    assert isinstance(loader, ProjectConfigLoader)
    return loader


_current: Current | None = None


def select(current: Current) -> None:
    """Make it the one that pipelines are built for from now on."""
    global _current  # noqa: PLW0603
    _current = current


def selected() -> Current | None:
    """The one selected last, None before the first context."""
    return _current


def all_pipelines() -> list[str]:
    """The names of all pipelines: those of the run's own trial, and the environment's studies.

    Studies that cannot be made on its data set, such as one of features where there are none, are
    left out with a warning. They are no reason not to look at the others.

    Raises:
        StorageError: which points a sweep has cannot be found out.
    """
    current = selected()
    names = list(pipelines)
    for study in current.studies.names() if current else ():
        try:
            pipelines[study]
        except StorageError:
            raise
        except UserError as error:
            LOG.warning("study %s is left out: %s", study, error)
        else:
            names.append(study)
    return list(dict.fromkeys(names))


def check_each(names: Sequence[str]) -> None:
    """Refuse `each` of `--params` in a run of no study: nothing would be varied.

    Args:
        names: of the pipelines that run.

    Raises:
        ParameterError: it names the parameter.
    """
    current = selected()
    varied = current.studies.each if current else {}
    if current and varied and not set(names) & set(current.studies.names()):
        raise ParameterError(
            f"--params each.{next(iter(varied))}: a study varies it, such as --pipelines "
            "sensitivity, and this run is of none"
        )
