"""Estimators by the names of the recommenders' classes; their list is that of the recommenders."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from inspect import Parameter, Signature

from siger_pipeline.errors import ParameterError
from siger_pipeline.estimators.estimator import Estimator
from siger_pipeline.estimators.settings import default_settings, described_settings
from siger_pipeline.models.registry import model_config, model_names

PACKAGE = "siger_pipeline"  # which offers the estimators by their names


def estimator_names() -> tuple[str, ...]:
    """The names of all estimators, in alphabetical order; those of plug-ins included."""
    return tuple(sorted(_models()))


def estimator_named(name: str) -> type[Estimator]:
    """The estimator of a recommender's class, such as `LightGCN`.

    Raises:
        ParameterError: no recommender has a class of that name, or several have.
    """
    models = _models().get(name, ())
    if not models:
        near = get_close_matches(name, _models(), n=1)
        wish = f"did you mean {near[0]}? " if near else ""
        raise ParameterError(
            f"no recommender has a class {name}; {wish}there are {', '.join(estimator_names())}"
        )
    if len(models) > 1:
        raise ParameterError(
            f"models {' and '.join(models)} both have a class {name}: rename one of them, or take "
            "estimator_of(…) of siger_pipeline.estimators.names"
        )
    return estimator_of(models[0])


@cache
def estimator_of(model: str) -> type[Estimator]:
    """The estimator of a model, by its registered name, such as `lightgcn`.

    Raises:
        ParameterError: no such model, or one that cannot be used.
    """
    name = model_config(model).recommender
    defaults = default_settings(model)
    given = (Parameter(key, Parameter.KEYWORD_ONLY, default=defaults[key]) for key in defaults)
    attributes = {
        "model": model,
        "__module__": PACKAGE,
        "__doc__": f"{name} as an estimator; see `Estimator` for its methods.\n\nArgs:\n"
        + "\n".join(f"    {line}" for line in described_settings(model)),
        "__signature__": Signature([*given]),
    }
    return type(name, (Estimator,), attributes)


@cache
def _models() -> Mapping[str, tuple[str, ...]]:
    """Name of a class -> names of the models; of plug-ins, those that can be imported."""
    models: dict[str, tuple[str, ...]] = {}
    for model in model_names():
        try:
            name = model_config(model).recommender
        except ParameterError:  # it is told of when that model is asked for, by `estimator_of`
            continue
        models[name] = (*models.get(name, ()), model)
    return models
