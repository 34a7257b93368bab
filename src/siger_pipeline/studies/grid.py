"""The trials that a study asks for, before anything is known of the models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from siger_pipeline.errors import ConfigurationError
from siger_pipeline.studies.config import StudyConfig
from siger_pipeline.studies.differences import leaves
from siger_pipeline.studies.spelling import spelt

SEED = "train.seed"


@dataclass(frozen=True)
class Point:
    """A trial as a study asks for it.

    Attributes:
        model: name.
        variant: the study's name for the overrides, and the values of its grid.
        overrides: key -> value; a key may lack its block, see `full_key`.
    """

    model: str
    variant: str
    overrides: Mapping[str, Any]


def points(study: StudyConfig) -> Iterator[Point]:
    """Every combination, in the order of the study.

    Raises:
        ConfigurationError: a parameter is set twice, such as by a variant and by the grid.
    """
    seeds = [{}] if study.seeds is None else [{SEED: seed} for seed in study.seeds]
    axes = [[(key, value) for value in values] for key, values in study.grid.items()]
    for model, (name, variant) in product(study.models, study.variants.items()):
        for chosen, seed in product(product(*axes), seeds):
            label = ", ".join([name, *(f"{key}={spelt(value)}" for key, value in chosen)])
            overrides = [*leaves(variant), *leaves(dict(chosen)), *seed.items()]
            keys = [key for key, _ in overrides]
            if twice := next((key for key in keys if keys.count(key) > 1), None):
                raise ConfigurationError(
                    f"variant {name!r} overrides {twice!r}, which the study's grid or its seeds "
                    "set as well: keep one of the two"
                )
            yield Point(model, label.removeprefix(", "), dict(overrides))


def full_key(key: str, model: str, hyperparameters: set[str], train: set[str]) -> str:
    """A dotted key with its block: a study may leave out the model's own, and `train`.

    Args:
        key: as the study has it.
        model: name.
        hyperparameters: of the model.
        train: names of the training's settings.
    """
    first = key.partition(".")[0]
    if first in hyperparameters:
        return f"{model}.{key}"
    return f"train.{key}" if first in train else key
