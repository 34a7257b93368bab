"""The settings of an estimator: hyperparameters, and how it is trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from siger_pipeline.errors import ParameterError
from siger_pipeline.features.config import Missing
from siger_pipeline.models.config import ModelConfig
from siger_pipeline.models.registry import model_config
from siger_pipeline.threads import Threads, checked
from siger_pipeline.training.config import TrainConfig, merged_settings

Schema = type[BaseModel]


class FitConfig(BaseModel):
    """Settings that are neither of the model nor of its training."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threads: Threads = Field(
        "auto",
        description="of PyTorch, BLAS and DuckDB in this process from the fit on: auto or a number",
    )
    missing: Missing = Field(
        "zero",
        description="features of items that have none: zero, the mean of those that have some, or "
        "(neighbours) that of the items which the same users have in training",
    )

    @field_validator("threads", mode="plain")
    @classmethod
    def _threads_can_be_used(cls, threads: object) -> Threads:
        return checked(threads)


@dataclass(frozen=True)
class Settings:
    """Checked settings.

    Attributes:
        config: hyperparameters of the model.
        train: of the training, as they count for the model.
        fit: the others.
    """

    config: ModelConfig
    train: TrainConfig
    fit: FitConfig


def settings_of(model: str, given: Mapping[str, Any]) -> Settings:
    """The settings that count: given ones before the model's published ones before defaults.

    Args:
        model: its registered name.
        given: by name.

    Raises:
        ParameterError: a setting that the model has not, or a value that it cannot be.
    """
    schemas = _schemas(model)
    known = {name: schema for schema in schemas for name in _fields(model, schema)}
    if unknown := [name for name in given if name not in known]:
        raise ParameterError(_no_such_setting(model, unknown[0], list(known)))
    config, train, fit = (
        _validated(model, schema, {k: v for k, v in given.items() if known[k] is schema})
        for schema in schemas
    )
    return Settings(config, train, fit)  # type: ignore[arg-type]  # of the schemas, in their order


def default_settings(model: str) -> dict[str, Any]:
    """Each setting that a model has, with the value that counts where none is given."""
    settings = settings_of(model, {})
    parts = (settings.config, settings.train, settings.fit)
    return {name: getattr(part, name) for part in parts for name in _fields(model, type(part))}


def described_settings(model: str) -> Iterator[str]:
    """A line on each setting: name, default, meaning."""
    defaults = default_settings(model)
    for schema in _schemas(model):
        for name in _fields(model, schema):
            yield f"{name}: {schema.model_fields[name].description}. Default {defaults[name]!r}."


def _schemas(model: str) -> tuple[Schema, Schema, Schema]:
    return model_config(model), TrainConfig, FitConfig


def _fields(model: str, schema: Schema) -> list[str]:
    """The settings that a model reads; of the training's, few where it is computed at once."""
    read = model_config(model).train_settings
    if schema is TrainConfig and read is not None:
        return [*read, "device"]
    return list(schema.model_fields)


def _validated(model: str, schema: Schema, given: Mapping[str, Any]) -> BaseModel:
    published = model_config(model).published if schema is TrainConfig else {}
    values = merged_settings({}, published, {}, given)
    try:
        settings = schema(**values)
    except ValidationError as error:
        raise ParameterError(_misfit(model, error)) from error
    for name, value in given.items():
        if isinstance(value, bool) and not isinstance(getattr(settings, name), bool):
            raise ParameterError(f"{_name(model)}({name}={value}): a number is wanted")
    return settings


def _misfit(model: str, error: ValidationError) -> str:
    first = error.errors()[0]
    key, message = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
    where = f"{key}={first.get('input')!r}" if key else "…"
    return f"{_name(model)}({where}): {message}"


def _no_such_setting(model: str, name: str, known: list[str]) -> str:
    if name in TrainConfig.model_fields:
        what = f"it is computed at once and reads no {name};"
    else:
        near = get_close_matches(name, known, n=1)
        what = f"no such setting{f'; did you mean {near[0]!r}?' if near else ';'}"
    return f"{_name(model)}({name}=…): {what} its settings are {', '.join(known)}"


def _name(model: str) -> str:
    return model_config(model).recommender
