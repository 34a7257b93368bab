"""What a sweep searches: the space of each of its models, checked before anything runs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from siger_pipeline.shell.sweep_space import SpaceError, TrialOf, check_models, space_of
from siger_pipeline.shell.trials import Trial
from siger_pipeline.studies.config import StudyConfig
from siger_pipeline.studies.grid import Point
from siger_pipeline.studies.search import SearchConfig
from siger_pipeline.studies.space import Overrides, Space

# Of a study that is no sweep.
ALONE = {"variants", "grid", "each", "seeds", "seeds_of", "groups"}
ALONE |= {"coverage", "fold_in", "correctors", "fusion", "tests"}


@dataclass(frozen=True)
class Searched:
    """A model of a sweep.

    Attributes:
        base: its trial without a point.
        space: the points.
    """

    base: Trial
    space: Space

    @property
    def monitor(self) -> str:
        """The validation metric that chooses."""
        return self.base.parameters.train.monitor


@dataclass(frozen=True)
class Sweep:
    """A study whose trials are chosen one after another.

    Attributes:
        slug: in names of nodes, datasets and folders.
        search: budget, sampler, pruner, storage.
        models: name -> what is searched, in the order of the study.
        folder: of its tables, and of its journal where no storage is named.
        env: environment of the run, None for the default one.
        trial: at a point.
    """

    slug: str
    search: SearchConfig
    models: Mapping[str, Searched]
    folder: Path
    env: str | None
    trial: TrialOf

    @property
    def dataset(self) -> str:
        """Name of the data set."""
        return next(iter(self.models.values())).base.dataset

    def trial_at(self, model: str, point: Overrides) -> Trial:
        """The trial of a model at a point: that of a single run with these parameters."""
        return self.trial(Point(model, "", tuple(point.items())))

    def points_of(self, model: str) -> int:
        """How many points of a model are to be tried: the budget, or all that there are."""
        size = self.models[model].space.size
        return self.search.budget if size is None else min(self.search.budget, size)

    def command(self, trial: Trial) -> str:
        """The command line that runs a trial alone."""
        pairs = [f"{key}={json.dumps(value)}" for key, value in trial.overrides.items()]
        params = ",".join([f"model={trial.model}", *pairs])
        env = ["--env", self.env] if self.env else []
        return shlex.join(["kedro", "run", *env, "--params", params])


def searched(config: StudyConfig, bases: Sequence[Trial], trial: TrialOf) -> dict[str, Searched]:
    """The models of a sweep with their spaces.

    Args:
        config: of the study.
        bases: the trial of each model before anything is searched.
        trial: at a point.

    Raises:
        SpaceError: the search cannot be made.
        UserError: a model does not take a value of its space.
    """
    search = config.search
    assert search is not None
    if also := sorted(ALONE & config.model_fields_set):
        raise SpaceError(
            f"has search and {also[0]}: a sweep chooses its trials itself, so leave {also[0]} out, "
            "or make it a study of its own"
        )
    check_models(search, config.models)
    return {base.model: Searched(base, space_of(search, base, trial)) for base in bases}
