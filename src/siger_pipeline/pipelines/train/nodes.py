"""Nodes of the train stage."""

from collections.abc import Iterator
from typing import Any

from siger_pipeline.pipelines.types import DataFrame, csr_matrix
from siger_pipeline.requests import Request
from siger_pipeline.training.config import TrainConfig

Saved = tuple[dict[str, Any], DataFrame, DataFrame, dict[str, Any]]


def train_model(
    model: str,
    config: dict[str, Any],
    train: TrainConfig,
    train_matrix: csr_matrix,
    validation_matrix: csr_matrix,
    unfinished: dict[str, Any],
    *,
    requests: dict[Request, str],
    modalities: tuple[str, ...],
    **arrays: Any,
) -> Iterator[Saved]:
    """Train, or go on; every epoch is saved: best checkpoint, history, timings, last checkpoint.

    Args:
        model: its name.
        config: its hyperparameters.
        train: the training's parameters.
        train_matrix: interactions to learn from.
        validation_matrix: those that tell when to stop.
        unfinished: outputs of a training that was broken off.
        requests: what the model is built from -> argument.
        modalities: those that the model reads.
        arrays: graphs and features by argument.
    """
    from siger_pipeline.data.matrix import by_split
    from siger_pipeline.training.inputs import model_inputs
    from siger_pipeline.training.start import start_training

    matrices = by_split(train_matrix, validation_matrix)
    inputs = model_inputs(train_matrix, requests, arrays, modalities)
    left = {name.rpartition("/")[2]: output for name, output in unfinished.items()}
    epochs = start_training(model, config, train, inputs, matrices, left)
    for outputs in (left, unfinished):
        outputs.clear()  # Kedro keeps a node's inputs in memory, and these are two checkpoints.
    # Kedro's streams hold on to some sixty of the objects that a node yields: two dicts that are
    # filled anew cost the memory of two checkpoints, fresh ones that of a hundred.
    best, last = {}, {}  # type: dict[str, Any], dict[str, Any]
    for progress in epochs:
        best.update(progress.best)
        last.update(progress.last)
        yield best, progress.history, progress.timings, last


def fit_model(
    model: str,
    config: dict[str, Any],
    device: str,
    train_matrix: csr_matrix,
    seed: int = 0,
    *,
    requests: dict[Request, str],
    modalities: tuple[str, ...],
    **arrays: Any,
) -> Saved:
    """Compute a model at once: as `train_model`, with a history and timings of no epoch.

    Args:
        model: its name.
        config: its hyperparameters.
        device: of the parameters.
        train_matrix: interactions to learn from.
        seed: where results depend on it.
        requests: what the model is built from -> argument.
        modalities: those that the model reads.
        arrays: graphs and features by argument.
    """
    from siger_pipeline.training.closed_form import fit_model
    from siger_pipeline.training.inputs import model_inputs

    inputs = model_inputs(train_matrix, requests, arrays, modalities)
    done = fit_model(model, config, seed, device, inputs)
    return dict(done.best), done.history, done.timings, dict(done.last)
