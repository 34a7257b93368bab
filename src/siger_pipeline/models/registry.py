"""Recommenders by name: their hyperparameters, what they request, and their classes.

Nothing of a model is imported before it is asked for: parameters are checked without PyTorch.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from siger_pipeline import plugins
from siger_pipeline.errors import ParameterError
from siger_pipeline.models.config import ModelConfig
from siger_pipeline.plugins import RECOMMENDERS
from siger_pipeline.requests import Request

if TYPE_CHECKING:
    from siger_pipeline.models.inputs import ModelInputs
    from siger_pipeline.models.randomness import Randomness
    from siger_pipeline.models.recommender import Recommender


class Unchecked(BaseModel):
    """Parameters of a model that cannot be used and is not needed."""

    model_config = ConfigDict(extra="allow")


def model_names() -> tuple[str, ...]:
    """The names of all models, in alphabetical order."""
    return plugins.names(RECOMMENDERS)


def module_of(name: str) -> str:
    """The full name of the module that a model's class is in.

    Raises:
        ParameterError: no such model.
    """
    return f"{plugins.module_of(RECOMMENDERS, name)}.model"


def model_config(name: str) -> type[ModelConfig]:
    """The class of a model's hyperparameters; PyTorch is not imported.

    Raises:
        ParameterError: no such model, or its package lacks what a recommender must have.
    """
    config = getattr(plugins.load(RECOMMENDERS, name, "config"), "Config", None)
    if not (isinstance(config, type) and issubclass(config, ModelConfig)):
        raise ParameterError(_lacks(name, "config", "a class Config, derived from ModelConfig"))
    if not isinstance(getattr(config, "recommender", None), str):
        raise ParameterError(_lacks(name, "config", "Config.recommender, the name of its class"))
    return config


def parameter_blocks(
    chosen: str, given: Collection[str], taken: Collection[str]
) -> tuple[dict[str, type[BaseModel]], list[str]]:
    """The blocks of parameters that models bring along, and remarks on unusable plug-ins.

    Among them are the models of this package, the chosen one, and each other with given parameters.
    Of an unusable plug-in that is not chosen, parameters are not checked.

    Args:
        chosen: name of the model of this run.
        given: names of all blocks and parameters of this run.
        taken: names of parameters that belong to no model.

    Raises:
        ParameterError: the chosen model cannot be used.
    """
    blocks: dict[str, type[BaseModel]] = {}
    remarks = []
    wanted = {*plugins.own_names(RECOMMENDERS), *given, chosen} - (set(taken) - {chosen})
    for name in sorted(wanted & {*model_names(), chosen}):
        try:
            blocks[name] = _block(name, taken)
        except ParameterError as error:
            if name == chosen:
                raise
            blocks[name] = Unchecked
            remarks.append(f"This run does without model {name}, which cannot be used: {error}.")
    return blocks, remarks


def _block(name: str, taken: Collection[str]) -> type[ModelConfig]:
    config = model_config(name)
    if name in taken:
        raise ParameterError(
            f"model {name!r} is module {plugins.module_of(RECOMMENDERS, name)}, and {name!r} is "
            "the name of a parameter as well: rename the entry point in its package"
        )
    return config


def requests_of(
    name: str, config: Mapping[str, Any], modalities: Sequence[str]
) -> tuple[Request, ...]:
    """The graphs and features that a model is built from.

    Args:
        name: of the model.
        config: its hyperparameters.
        modalities: of the data set.

    Raises:
        ParameterError: the model needs more modalities than there are; or that of another package
            does not return requests.
    """
    cls = model_config(name)
    if len(modalities) < cls.fewest_modalities:
        ours = plugins.own_names(RECOMMENDERS)
        without = [other for other in ours if not model_config(other).fewest_modalities]
        raise ParameterError(
            f"model {name} needs item features of at least {cls.fewest_modalities} modality, and "
            f"features.modalities has {len(modalities)}: add feature files and name their "
            f"modalities there, or take a model that needs no features, such as {without[0]}"
        )
    values = cls(**config)
    try:
        requests = tuple(values.requests(tuple(modalities)))
    except Exception as error:
        if name in plugins.own_names(RECOMMENDERS):
            raise
        what = f"raises {type(error).__name__}: {error}"
        raise ParameterError(
            _lacks(name, "config", f"a usable Config.requests: it {what}")
        ) from error
    if wrong := [each for each in requests if not isinstance(each, Request)]:
        what = f"a usable Config.requests: it returns {wrong[0]!r}, wanted are requests.graph(…)"
        raise ParameterError(_lacks(name, "config", f"{what} and requests.features(…)"))
    return requests


def model_class(name: str) -> type[Recommender]:
    """The class of a model.

    Raises:
        ParameterError: no such model, or its module has no such class.
    """
    from siger_pipeline.models.recommender import ClosedForm, Trained

    wanted = model_config(name).recommender
    cls = getattr(plugins.load(RECOMMENDERS, name, "model"), wanted, None)
    if not (isinstance(cls, type) and issubclass(cls, (Trained, ClosedForm))):
        what = f"a class {wanted}, derived from Trained or from ClosedForm"
        raise ParameterError(_lacks(name, "model", what))
    if issubclass(cls, Trained) and model_config(name).train_settings is not None:
        what = "Config.train_settings = None: a model that is trained depends on all of them"
        raise ParameterError(_lacks(name, "config", what))
    return cls


def is_closed_form(name: str) -> bool:
    """Whether a model is computed at once, and not trained by epochs.

    PyTorch is imported only where `Config.train_settings` leaves it open.

    Raises:
        ParameterError: as `model_class`.
    """
    if model_config(name).train_settings is not None:
        return True
    from siger_pipeline.models.recommender import ClosedForm

    return issubclass(model_class(name), ClosedForm)


def build(
    name: str, config: Mapping[str, Any], inputs: ModelInputs, randomness: Randomness
) -> Recommender:
    """A model with fresh weights.

    Args:
        name: of the model.
        config: its hyperparameters.
        inputs: what its `Config.requests` names.
        randomness: draws the initial weights (CPU).

    Raises:
        ParameterError: the model would be too large for so many items.
    """
    cls = model_class(name)
    hyperparameters = cls.Config(**config)
    hyperparameters.check_size(name, inputs.n_items)
    return cls(hyperparameters, inputs, randomness)


def _lacks(name: str, submodule: str, what: str) -> str:
    module = f"{plugins.module_of(RECOMMENDERS, name)}.{submodule}"
    return f"model {name!r} cannot be used: module {module} lacks {what}"
