"""Every model by its name: that of its module, and of the module of its hyperparameters.

A new model changes no line here, since this is code that every training reaches.
Nothing of a model is imported before it is asked for: parameters are checked without PyTorch, and a
model's module is nobody else's business.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from siger_pipeline import recommenders
from siger_pipeline.errors import ParameterError
from siger_pipeline.models.config import ModelConfig

if TYPE_CHECKING:
    from siger_pipeline.models.base import ModelInputs
    from siger_pipeline.models.randomness import Randomness
    from siger_pipeline.models.recommender import Recommender

MODELS = tuple(sorted(found.name for found in pkgutil.iter_modules(recommenders.__path__)))


def module_of(name: str) -> str:
    """The full name of the module that a model is in.

    Raises:
        ParameterError: no such model.
    """
    if name not in MODELS:
        raise ParameterError(f"model = {name!r}: no such model; known are {', '.join(MODELS)}")
    return f"{recommenders.__name__}.{name}.model"


def model_config(name: str) -> type[ModelConfig]:
    """The hyperparameters of a model, and what it needs; PyTorch stays out.

    Raises:
        ParameterError: no such model.
    """
    module_of(name)
    result: type[ModelConfig] = import_module(f"{recommenders.__name__}.{name}.config").Config
    return result


def model_class(name: str) -> type[Recommender]:
    """The class of a model.

    Raises:
        ParameterError: no such model.
    """
    module = import_module(module_of(name))
    result: type[Recommender] = getattr(module, model_config(name).recommender)
    return result


def build(
    name: str, config: Mapping[str, Any], inputs: ModelInputs, randomness: Randomness
) -> Recommender:
    """A model with fresh weights.

    Args:
        name: of the model.
        config: its hyperparameters.
        inputs: what it ``needs``.
        randomness: draws the initial weights (CPU).
    """
    cls = model_class(name)
    return cls(cls.Config(**config), inputs, randomness)
