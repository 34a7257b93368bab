"""Setting a training up: device, generators, model, validation."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch

from siger_pipeline.data.schema import Split
from siger_pipeline.errors import InputError
from siger_pipeline.evaluation.metrics import ranking_metrics
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.models.base import (
    ClosedFormRecommender,
    EmbeddingRecommender,
    ModelInputs,
    Recommender,
)
from siger_pipeline.models.registry import build
from siger_pipeline.training.checkpoint import Generators, capture, seeded
from siger_pipeline.training.config import TrainConfig
from siger_pipeline.training.device import resolve_device
from siger_pipeline.training.inputs import Matrices
from siger_pipeline.training.sampler import PairSampler
from siger_pipeline.training.trainer import Progress, Training, Validate

WEIGHTS, BATCHES, MODEL = range(3)  # streams of the seed


def start_training(
    name: str,
    config: Mapping[str, Any],
    train: TrainConfig,
    inputs: ModelInputs,
    matrices: Matrices,
) -> Iterator[Progress]:
    """The progress of a training: epoch by epoch, or one step for a closed form.

    Args:
        name: registered name of the model.
        config: its hyperparameters.
        train: the training's.
        inputs: what the model is built from.
        matrices: R of each split; validation is what the training stops by.

    Raises:
        TrainingError: the device does not exist, or a loss is not finite.
        InputError: nothing to learn from, or nothing to validate by.
    """
    device = resolve_device(train.device)
    generators = Generators(seeded(train.seed, BATCHES), seeded(train.seed, MODEL, device))
    model = build(name, config, inputs, seeded(train.seed, WEIGHTS))
    if isinstance(model, ClosedFormRecommender):
        model.fit(inputs, generators.batches)
        progress = {"epoch": 0, "best_epoch": 0, "last_epoch": 0, "finished": True}
        state = capture(name, model, None, generators, progress)
        return iter([Progress(state, state, pd.DataFrame({"epoch": pd.Series(dtype="int64")}))])
    if not isinstance(model, EmbeddingRecommender):
        raise TypeError(f"model {name} has neither epochs nor fit")
    sampler = PairSampler(inputs.interactions, train.batch_size)
    validate = validation(matrices, train, device)
    return Training(name, model.to(device), sampler, validate, generators, train).epochs()


def validation(matrices: Matrices, train: TrainConfig, device: torch.device) -> Validate:
    """Metrics of a model on the validation split, the monitored one's list length.

    Args:
        matrices: R of each split.
        train: the monitored metric and the memory bound.
        device: where the model is.

    Raises:
        InputError: no validation interaction.
    """
    seen, relevant = matrices[Split.TRAIN], matrices[Split.VALIDATION]
    user_ids = np.flatnonzero(np.diff(relevant.indptr))
    if len(user_ids) == 0:
        raise InputError(
            "no user has a validation interaction, so training cannot tell when to stop; "
            "check split.ratios and the number of interactions per user"
        )
    k = int(train.monitor.partition("@")[2])

    def validate(model: Recommender) -> dict[str, float]:
        lists, _ = rank(model.scorer(), user_ids, seen, k, block_mib=train.block_mib, device=device)
        return ranking_metrics(lists, relevant[user_ids], (k,))

    return validate
