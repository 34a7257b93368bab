"""The trials that a study asks for, before anything is known of the models."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from siger_pipeline.errors import ConfigurationError
from siger_pipeline.studies.config import StudyConfig
from siger_pipeline.studies.differences import leaves
from siger_pipeline.studies.spelling import spelt

SEED = "train.seed"
MODALITY = "{modality}"
BASE = "as configured"  # the variant beside those in which a parameter has another value
OF_RUN = {
    "model": "its models stand below `models`",
    "dataset": "the data set is chosen by --env",
    "threads": "all trials of a run share them; set them in parameters.yml or by --params",
    "calibration": "it makes no other trial; see `correctors` of a study, or --params",
}


@dataclass(frozen=True)
class Point:
    """A trial as a study asks for it.

    Attributes:
        model: name.
        variant: the study's name for the overrides, and the values of its grid.
        overrides: key and value of each; a key may lack its block, see `full_keys`.
        is_step: whether one of them is a parameter of `each`.
    """

    model: str
    variant: str
    overrides: tuple[tuple[str, Any], ...]
    is_step: bool = False


def points(
    study: StudyConfig, seedless: Collection[str] = (), modalities: Sequence[str] = ()
) -> Iterator[Point]:
    """Every combination, in the order of the study.

    Args:
        study: as it is configured.
        seedless: models whose results depend on no seed: they have one trial for all seeds.
        modalities: of the data set, for variants of each.

    Raises:
        ConfigurationError: a variant has `{modality}` in its name or its parameters alone.
    """
    axes = [[(key, value) for value in values] for key, values in study.grid.items()]
    variants = of_each_modality(study.variants, modalities)
    for model, (name, variant), step in product(study.models, variants.items(), _steps(study)):
        own = None if model in seedless else (study.seeds_of.get(model) or study.seeds)
        seeds = [()] if own is None else [((SEED, seed),) for seed in own]
        base = [BASE] if study.each and not step else []
        for chosen, seed in product(product(*axes), seeds):
            varied = (*chosen, *step)
            words = [name, *base, *(f"{key}={spelt(value)}" for key, value in varied)]
            overrides = (*leaves(variant), *leaves(dict(varied)), *seed)
            yield Point(model, ", ".join(filter(None, words)), overrides, bool(step))


def _steps(study: StudyConfig) -> list[tuple[tuple[str, Any], ...]]:
    """No parameter, then each value of each parameter of `each`."""
    values = ((key, value) for key, values in study.each.items() for value in values)
    return [(), *((pair,) for pair in values)]


def of_each_modality(
    variants: Mapping[str, Mapping[str, Any]], modalities: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """The variants, with one for each modality in place of one with `{modality}`.

    Args:
        variants: name -> parameters.
        modalities: of the data set.

    Raises:
        ConfigurationError: a variant has `{modality}` in its name or its parameters alone.
    """
    result: dict[str, dict[str, Any]] = {}
    for name, overrides in variants.items():
        keys = dict(leaves(overrides))
        in_name, in_keys = MODALITY in name, any(MODALITY in key for key in keys)
        if in_name != in_keys:
            raise ConfigurationError(
                f"variant {name!r} has {MODALITY} in its "
                + ("name alone" if in_name else "parameters alone")
                + ": write it in both, so that each modality is a variant of its own"
            )
        for modality in modalities if in_name else [""]:
            filled = {key.replace(MODALITY, modality): value for key, value in keys.items()}
            result[name.replace(MODALITY, modality)] = filled
    return result


def full_keys(
    point: Point, hyperparameters: Collection[str], train: Collection[str]
) -> dict[str, Any]:
    """The overrides by dotted keys with their block: a study may leave out the model's and `train`.

    Args:
        point: of the study.
        hyperparameters: of its model.
        train: names of the training's settings.

    Raises:
        ConfigurationError: a parameter is set twice, such as by a variant and by the grid; or it is
            one of the whole run.
    """
    result: dict[str, Any] = {}
    for key, value in point.overrides:
        first = key.partition(".")[0]
        block = point.model if first in hyperparameters else "train" if first in train else ""
        full = of_run(f"{block}.{key}".removeprefix("."), point.model)
        if why := OF_RUN.get(full.partition(".")[0]):
            raise ConfigurationError(f"{full} cannot be overridden by a study: {why}")
        if twice := next((other for other in result if overlap(full, other)), None):
            raise ConfigurationError(
                f"{min(twice, full, key=len)} is set twice, by the variant, the grid, the seeds or "
                "two spellings: set it in one place"
            )
        result[full] = value
    return result


def of_run(key: str, model: str) -> str:
    """A key of a model's own training settings as that of the run's: they mean the same."""
    own = f"{model}.train."
    return f"train.{key.removeprefix(own)}" if key.startswith(own) else key


def overlap(key: str, other: str) -> bool:
    """Whether two dotted keys are the same, or one of them is a block with the other in it."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")
