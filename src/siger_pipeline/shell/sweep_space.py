"""The space that a sweep searches for a model, checked value by value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from siger_pipeline.errors import ConfigurationError
from siger_pipeline.models.registry import model_config, model_names
from siger_pipeline.shell.trials import Trial, counts
from siger_pipeline.studies.grid import Point, full_keys
from siger_pipeline.studies.search import SearchConfig
from siger_pipeline.studies.space import Axis, Space
from siger_pipeline.training.config import TrainConfig

# What trials must have in common for their validation metrics to be compared.
COMMON = {"train.seed": "a seed that is chosen by its result is luck"}
COMMON |= {"train.monitor": "points are compared by it"}
TrialOf = Callable[[Point], Trial]


class SpaceError(Exception):
    """What is wrong with a search, after the name of its study.

    Attributes:
        keys: below `search:`, where it stands.
    """

    def __init__(self, message: str, *keys: str) -> None:
        super().__init__(message)
        self.keys = keys


def space_of(search: SearchConfig, base: Trial, trial: TrialOf) -> Space:
    """The points of a model.

    Args:
        search: which parameters are searched.
        base: the model's trial before anything is searched.
        trial: at a point.

    Raises:
        SpaceError: the space cannot be searched.
        UserError: the model does not take a value of it.
    """
    space = _space(search, base.model)
    for axis in space.axes:
        _check_axis(axis, base, trial)
    _check_whole(search, space, base)
    return space


def check_models(search: SearchConfig, models: Sequence[str]) -> None:
    """Refuse parameters of models that are not searched.

    Raises:
        SpaceError: it names the first one.
    """
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
