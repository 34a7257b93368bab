"""Setting a training up: device, generators, model, validation."""

import logging
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
    Recommender,
)
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.registry import build
from siger_pipeline.ops.allocator import keep_freed_memory
from siger_pipeline.training.checkpoint import Generators, capture, seeded
from siger_pipeline.training.config import TrainConfig
from siger_pipeline.training.device import resolve_device
from siger_pipeline.training.inputs import Matrices
from siger_pipeline.training.resume import CannotResumeError, earlier_progress
from siger_pipeline.training.sampler import PairSampler
from siger_pipeline.training.trainer import START, Progress, Training, Validate

logger = logging.getLogger(__name__)

NAMED = 5  # users, in a sentence
WEIGHTS, BATCHES, MODEL = range(3)  # streams of the seed


def start_training(
    name: str,
    config: Mapping[str, Any],
    train: TrainConfig,
    inputs: ModelInputs,
    matrices: Matrices,
    unfinished: Mapping[str, Any] | None = None,
) -> Iterator[Progress]:
    """The progress of a training: epoch by epoch, or one step for a closed form.

    The same seed gives the same bytes on the same machine with the same number of threads, since
    sums over threads are rounded otherwise than sums over one.

    Args:
        name: registered name of the model.
        config: its hyperparameters.
        train: the training's.
        inputs: what the model is built from.
        matrices: R of each split; validation is what the training stops by.
        unfinished: outputs of a broken-off training of the same code, parameters and inputs, by
            their catalog names. It is gone on with, bit for bit on a CPU and with the same number
            of threads, where they are whole.

    Raises:
        TrainingError: the device does not exist, or a loss is not finite.
        InputError: nothing to learn from, or nothing to validate by.
    """
    keep_freed_memory()
    device = resolve_device(train.device)
    generators = Generators(seeded(train.seed, BATCHES), seeded(train.seed, MODEL, device))
    model = build(name, config, inputs, seeded(train.seed, WEIGHTS))
    if isinstance(model, ClosedFormRecommender):
        model.fit(inputs, generators.batches)
        done, threads = {**START, "finished": True}, [torch.get_num_threads()]
        state = capture(name, model, None, generators, done, threads)
        return iter(
            [Progress(state, state, _no_rows(), _no_rows("seconds_train", "seconds_validation"))]
        )
    if not isinstance(model, EmbeddingRecommender):
        raise TypeError(f"model {name} has neither epochs nor fit")
    sampler = PairSampler(inputs.interactions, train.batch_size)
    if len(sampler.left_out):
        logger.warning(_left_out(sampler))
    validate = validation(matrices, train, device)
    training = Training(name, model.to(device), sampler, validate, generators, train)
    return continued(training, unfinished) if unfinished else training.epochs()


def _left_out(sampler: PairSampler) -> str:
    users = ", ".join(map(str, sampler.left_out[:NAMED]))
    more = ", …" if len(sampler.left_out) > NAMED else ""
    return (
        f"Users with all {sampler.n_items} items: {len(sampler.left_out)} (user_id {users}{more}). "
        "There is no negative to draw for them, so their training pairs are in no batch."
    )


def fit_at_once(
    name: str, config: Mapping[str, Any], seed: int, inputs: ModelInputs
) -> ClosedFormRecommender:
    """A model that has no epochs, ready to score; what `start_training` would make of it.

    Args:
        name: registered name of the model.
        config: its hyperparameters.
        seed: the training's.
        inputs: what the model is built from.
    """
    model = build(name, config, inputs, seeded(seed, WEIGHTS))
    if not isinstance(model, ClosedFormRecommender):
        raise TypeError(f"model {name} is trained by epochs")
    model.fit(inputs, seeded(seed, BATCHES))
    return model.eval()


def continued(training: Training, unfinished: Mapping[str, Any]) -> Iterator[Progress]:
    """The epochs after those of a broken-off training, or all of them; which, is said.

    Args:
        training: before its first epoch.
        unfinished: outputs of the other one, by their catalog names.
    """
    try:
        earlier = earlier_progress(unfinished, training.state(), training.config.monitor)
    except CannotResumeError as why:
        logger.warning("train_model starts anew: %s", why)
        return training.epochs()
    epoch = earlier.last["progress"]["epoch"]
    logger.info("train_model resumes after epoch %d of the training that was broken off", epoch)
    if earlier.last["progress"]["finished"]:
        return iter([earlier])
    training.resume(earlier)
    if len(set(training.threads)) > 1:
        logger.warning(
            "train_model was trained with %s threads: its bytes are not those of a training that "
            "was never broken off; for these, set the parameter threads to the first number",
            ", then ".join(map(str, training.threads)),
        )
    return training.epochs()


def _no_rows(*columns: str) -> pd.DataFrame:
    kinds = {"epoch": "int64", **dict.fromkeys(columns, "float64")}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


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
