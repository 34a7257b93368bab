"""What a sweep searches: the space of each of its models, checked before anything runs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siger_pipeline.errors import ConfigurationError
from siger_pipeline.models.registry import model_config, model_names
from siger_pipeline.shell.trials import Trial, counts
from siger_pipeline.studies.config import StudyConfig
from siger_pipeline.studies.grid import Point, full_keys
from siger_pipeline.studies.search import SearchConfig
from siger_pipeline.studies.space import Axis, Overrides, Space
from siger_pipeline.training.config import TrainConfig

# What trials must have in common for their validation metrics to be compared.
COMMON = {"train.seed": "a seed that is chosen by its result is luck"}
COMMON |= {"train.monitor": "points are compared by it"}
# Of a study that is no sweep.
ALONE = ("variants", "grid", "each", "seeds", "seeds_of", "groups", "coverage", "fusion", "tests")
TrialOf = Callable[[Point], Trial]


class SpaceError(Exception):
    """What is wrong with a search, after the name of its study.

    Attributes:
        keys: below `search:`, where it stands.
    """

    def __init__(self, message: str, *keys: str) -> None:
        super().__init__(message)
        self.keys = keys


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
    if also := sorted(set(ALONE) & config.model_fields_set):
        raise SpaceError(
            f"has search and {also[0]}: a sweep chooses its trials itself, so leave {also[0]} out, "
            "or make it a study of its own"
        )
    _check_models(search, config.models)
    found = {}
    for base in bases:
        space = _space(search, base.model)
        for axis in space.axes:
            _check_axis(axis, base, trial)
        _check_whole(search, space, base)
        found[base.model] = Searched(base, space)
    return found


def _check_models(search: SearchConfig, models: Sequence[str]) -> None:
    """No parameter is of a model that is not searched."""
    keys = () if isinstance(search.space, str) else search.space
    for key in keys:
        if (first := key.partition(".")[0]) in model_names() and first not in models:
            raise SpaceError(
                f"searches {key}, and {first} is none of its models: {', '.join(models)}",
                "space",
                key,
            )


def _space(search: SearchConfig, model: str) -> Space:
    published = model_config(model).search
    given: Mapping[str, Any] = published if isinstance(search.space, str) else search.space
    others = {name for name in model_names() if name != model}
    own = [(key, values) for key, values in given.items() if key.partition(".")[0] not in others]
    if not own:
        raise SpaceError(
            f"has no parameter of model {model} to search: "
            + (
                "no space is published for it, so give parameters with their values"
                if isinstance(search.space, str)
                else "give it one, or leave the model out"
            ),
            "space",
        )
    fields = model_config(model).model_fields
    try:
        keys = full_keys(Point(model, "", tuple(own)), fields, TrainConfig.model_fields)
    except ConfigurationError as error:
        raise SpaceError(f"cannot be searched: {error}", "space") from error
    return Space(tuple(Axis(key, values) for key, values in keys.items()))


def _check_axis(axis: Axis, base: Trial, trial: TrialOf) -> None:
    """Every value is one that the model takes, and makes another trial."""
    short, names = axis.key.removeprefix(f"{base.model}."), dict[str, Any]()
    for value in axis.ends():
        name = trial(Point(base.model, "", ((axis.key, value),))).name
        why = COMMON.get(axis.key)
        if axis.key.partition(".")[0] not in (base.model, "train", "features"):
            why = (
                "searched are parameters of the models, of train and of features; points that "
                "differ in others are not comparable by validation"
            )
        elif not counts(type(base.parameters), axis.key):
            why = f"no result of model {base.model} depends on it"
        elif name in names:
            why = f"its values {names[name]!r} and {value!r} make the same trial, {name}"
        if why:
            raise SpaceError(f"cannot search {axis.key}: {why}", "space", short)
        names[name] = value


def _check_whole(search: SearchConfig, space: Space, base: Trial) -> None:
    model, size = base.model, space.size
    if search.sampler == "grid" and size is None:
        key = next(axis.key for axis in space.axes if axis.listed() is None)
        raise SpaceError(
            f"has sampler grid, and {key} of model {model} has infinitely many values: list some, "
            "give it a step, or take another sampler",
            "sampler",
        )
    if search.sampler == "grid" and size is not None and size > search.budget:
        raise SpaceError(
            f"has sampler grid and a budget of {search.budget}, and model {model} has {size} "
            "points: raise the budget, name fewer values, or take another sampler",
            "sampler",
        )
    monitor, ks = base.parameters.train.monitor, base.parameters.evaluate.ks
    closed = model_config(model).train_settings is not None
    if closed and int(monitor.partition("@")[2]) not in ks:
        raise SpaceError(
            f"has model {model}, which is validated at evaluate.ks = {list(ks)}, and train.monitor "
            f"is {monitor}: add its list length to evaluate.ks"
        )
