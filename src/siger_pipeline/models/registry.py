"""Every model by its name. A new model is one file, one line here and one parameters file."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import torch

from siger_pipeline.errors import ParameterError
from siger_pipeline.models.base import ModelInputs, Recommender

# name → module and class, imported when asked for: a model's module is nobody else's business.
MODELS = {
    "lightgcn": "siger_pipeline.models.lightgcn:LightGCN",
    "popularity": "siger_pipeline.models.popularity:Popularity",
    "random": "siger_pipeline.models.random:Random",
    "siger": "siger_pipeline.models.siger:SIGER",
}


def model_class(name: str) -> type[Recommender]:
    """The class of a registered model.

    Raises:
        ParameterError: no such model.
    """
    if name not in MODELS:
        raise ParameterError(f"model = {name!r}: no such model; known are {', '.join(MODELS)}")
    module, _, attribute = MODELS[name].partition(":")
    result: type[Recommender] = getattr(import_module(module), attribute)
    return result


def build(
    name: str, config: Mapping[str, Any], inputs: ModelInputs, generator: torch.Generator
) -> Recommender:
    """A model with fresh weights.

    Args:
        name: a registered name.
        config: the model's hyperparameters.
        inputs: what the model ``needs``.
        generator: draws the initial weights (CPU).
    """
    cls = model_class(name)
    return cls(cls.Config(**config), inputs, generator)
