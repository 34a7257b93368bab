"""The nodes that fold cold items in: one trains without them, another one measures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.pipelines.train.nodes import Saved, fit_model, train_model
from siger_pipeline.pipelines.types import DataFrame, csr_matrix
from siger_pipeline.requests import Request
from siger_pipeline.training.config import TrainConfig

if TYPE_CHECKING:
    from siger_pipeline.graphs.recipe import Features
    from siger_pipeline.models.inputs import ModelInputs

Read = dict[str, tuple[str, str]]
"""Modality -> argument of its features, and of their mask."""


def train_known(
    model: str,
    config: dict[str, Any],
    train: TrainConfig,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    unfinished: dict[str, Any],
    *,
    requests: tuple[Request, ...],
    read: Read,
    **arrays: Any,
) -> Iterator[Saved]:
    """`train_model` in a catalogue of the items with training interactions alone.

    Args:
        model: its name.
        config: its hyperparameters.
        train: the training's parameters.
        train_matrix: interactions to learn from.
        validation_matrix: those that tell when to stop; of these items they count.
        unfinished: outputs of a training that was broken off.
        requests: what the model is built from.
        read: features that it or its graphs read.
        arrays: these features.
    """
    from siger_pipeline.graphs.known import known_items, of_known

    inputs = _inputs(requests, train_matrix, _features(read, arrays))
    validation = of_known(validation_matrix, known_items(train_matrix))
    known = inputs.interactions, validation
    yield from train_model(model, config, train, *known, unfinished, **_arguments(inputs))


def fit_known(
    model: str,
    config: dict[str, Any],
    device: str,
    train_matrix: csr_matrix,
    seed: int = 0,
    *,
    requests: tuple[Request, ...],
    read: Read,
    **arrays: Any,
) -> Saved:
    """`fit_model` in a catalogue of the items with training interactions alone.

    Arguments are those of `train_known`, and `seed` where results depend on it.
    """
    inputs = _inputs(requests, train_matrix, _features(read, arrays))
    return fit_model(model, config, device, inputs.interactions, seed, **_arguments(inputs))


def fold_in(
    checkpoint: dict[str, Any],
    evaluate: EvaluateConfig,
    device: str,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    test_matrix: csr_matrix,
    *,
    requests: tuple[Request, ...],
    read: Read,
    **arrays: Any,
) -> tuple[dict[str, Any], DataFrame]:
    """What a model makes of the items that it was trained without: figures, and those by group.

    Args:
        checkpoint: of `train_known`, or of `fit_known`.
        evaluate: as for the trial itself.
        device: of the training.
        train_matrix: interactions to learn from.
        validation_matrix: those that chose the epoch.
        test_matrix: those that are measured by.
        requests: what the model is built from.
        read: features that it or its graphs read.
        arrays: these features.
    """
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.graphs.known import known_items
    from siger_pipeline.serving import arrivals
    from siger_pipeline.serving.newcomer_checks import NoPlaceError
    from siger_pipeline.training.device import resolve_device

    known_I, features = known_items(train_matrix), _features(read, arrays)
    inputs = _inputs(requests, train_matrix, features)
    matrices = {modality: each.matrix for modality, each in features.items()}
    place = resolve_device(device)
    parts = arrivals.known_parts(checkpoint, inputs, matrices, known_I, device=place)
    try:
        arrived = arrivals.arrive(parts, matrices, known_I)
    except NoPlaceError as error:
        return arrivals.no_place(error.why)
    splits = by_split(train_matrix, validation_matrix, test_matrix)
    return arrivals.document(*arrivals.evaluate_arrived(arrived, splits, evaluate))


def fold_in_nothing(model: str) -> tuple[dict[str, Any], DataFrame]:
    """The same of a model that is made of interactions alone, which is not trained for it."""
    from siger_pipeline.serving.arrivals import no_place
    from siger_pipeline.serving.newcomer_checks import no_features

    return no_place(no_features(model))


def _inputs(
    requests: tuple[Request, ...], train_matrix: csr_matrix, features: dict[str, Features]
) -> ModelInputs:
    """What a model is built from in a catalogue of the known items."""
    from siger_pipeline.graphs.known import known_items, known_matrices, of_known
    from siger_pipeline.graphs.registry import features_of
    from siger_pipeline.models.inputs import ModelInputs

    known_I = known_items(train_matrix)
    matrices = known_matrices(requests, train_matrix, features, known_I)
    return ModelInputs(of_known(train_matrix, known_I), features_of(requests), matrices)


def _arguments(inputs: ModelInputs) -> dict[str, Any]:
    """What the nodes of the train stage take beside interactions."""
    names = {request: request.name for request in inputs.matrices}
    named = {names[request]: matrix for request, matrix in inputs.matrices.items()}
    return {"requests": names, "modalities": inputs.modalities, **named}


def _features(read: Read, arrays: dict[str, Any]) -> dict[str, Features]:
    from siger_pipeline.graphs.recipe import Features

    return {
        modality: Features(arrays[matrix], arrays[missing])
        for modality, (matrix, missing) in read.items()
    }
