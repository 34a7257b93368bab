"""The block of a model's parameters: its hyperparameters, and training settings of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from functools import cache
from typing import Annotated, Any, Optional

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from siger_pipeline.errors import ParameterError
from siger_pipeline.models.config import ModelConfig
from siger_pipeline.models.registry import model_config
from siger_pipeline.training.config import TrainConfig, merged_settings

TRAIN = "train"


def with_training(name: str, block: type[BaseModel], taken: Collection[str]) -> type[BaseModel]:
    """A model's hyperparameters, with a block `train` of which every key may be left out.

    Args:
        name: of the model.
        block: its hyperparameters; those of a plug-in that cannot be used are not checked.
        taken: names of the other blocks.

    Raises:
        ParameterError: a hyperparameter has a name that is taken.
    """
    if not issubclass(block, ModelConfig):
        return block
    if clash := sorted({*taken, *TrainConfig.model_fields} & block.model_fields.keys()):
        raise ParameterError(
            f"model {name!r} cannot be used: its hyperparameter {clash[0]!r} has the name of a "
            "training setting or of a block of parameters, so that names of trials would not tell "
            f"which is meant. Rename it in {block.__module__}"
        )
    own: Any = (_some_settings(), Field(default_factory=_some_settings()))
    return create_model(block.__name__, __base__=block, train=own)


def settings_of(
    parameters: Mapping[str, Any], explicit: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The training settings that count for the chosen model; None where a block is no block.

    Args:
        parameters: as configuration and overrides give them.
        explicit: the overrides alone.
    """
    name = str(parameters.get("model"))
    block = parameters.get(name) or {}
    defaults, last = parameters.get(TRAIN), explicit.get(TRAIN) or {}
    if not isinstance(defaults, Mapping) or not isinstance(last, Mapping):
        return None
    return merged_settings(defaults, model_config(name).published, own_settings(block), last)


def is_setting_of(model: str, key: str) -> bool:
    """Whether a model's nodes read a setting of `train:`; of one computed at once, few."""
    settings = model_config(model).train_settings
    return settings is None or key in ("device", *settings)


def own_settings(block: Any) -> Mapping[str, Any]:
    """The known training settings below a model's own parameters."""
    own = block.get(TRAIN) if isinstance(block, Mapping) else None
    known = own if isinstance(own, Mapping) else {}
    return {key: value for key, value in known.items() if key in TrainConfig.model_fields}


def _not_null(value: Any) -> Any:
    if value is None:
        raise ValueError("a value is wanted; leave the key out for that of `train`")
    return value


@cache
def _some_settings() -> type[BaseModel]:
    """`TrainConfig` of which each key may be left out."""
    fields: dict[str, Any] = {}
    for key, whole in TrainConfig.model_fields.items():
        field = copy(whole)
        field.default = None
        fields[key] = (Annotated[Optional[field.annotation], AfterValidator(_not_null)], field)  # noqa: UP045
    config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    return create_model("TrainSettings", __config__=config, **fields)
