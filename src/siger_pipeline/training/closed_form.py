"""Models without epochs: computed at once."""

import logging
import time
from collections.abc import Mapping
from typing import Any

import pandas as pd
import torch

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import ClosedForm
from siger_pipeline.models.registry import build
from siger_pipeline.ops.allocator import keep_freed_memory
from siger_pipeline.training.checkpoint import (
    BATCHES,
    WEIGHTS,
    Streams,
    capture,
    stream,
    streams,
)
from siger_pipeline.training.device import resolve_device
from siger_pipeline.training.memory import PeakMemory
from siger_pipeline.training.progress import START, Progress

logger = logging.getLogger(__name__)


def fit_model(
    name: str, config: Mapping[str, Any], seed: int, device: str, inputs: ModelInputs
) -> Progress:
    """What the catalog stores of a closed form that has been built and fitted.

    Args:
        name: registered name of the model.
        config: its hyperparameters.
        seed: of its draws, if it makes any.
        device: `auto`, `cpu` or `cuda`, as the training's parameter.
        inputs: what the model is built from.
    """
    keep_freed_memory()
    model, place = _built(name, config, seed, inputs), resolve_device(device)
    return fit_and_capture(name, model, inputs, streams(seed, place))


def fit_and_capture(
    name: str, model: ClosedForm, inputs: ModelInputs, randomness: Streams
) -> Progress:
    """What the catalog stores of a closed form, in place of an epoch's progress.

    The weights are in the best checkpoint only: a fitted model may be as large as items × items,
    and the last checkpoint serves a resume alone, which a finished training has no use for.
    """
    memory, start = PeakMemory(torch.device("cpu")), time.perf_counter()
    _fit(model, inputs, randomness.batches)
    took = {"seconds_train": time.perf_counter() - start, "seconds_validation": 0.0}
    timings = pd.DataFrame([{"epoch": 0, **took, "peak_mib": memory.mib()}])
    done = {**START, "finished": True}
    best = capture(name, model, None, randomness, done, [torch.get_num_threads()])
    last = {**best, "weights": {}}
    return Progress(best, last, pd.DataFrame({"epoch": pd.Series(dtype="int64")}), timings)


def fit_at_once(name: str, config: Mapping[str, Any], seed: int, inputs: ModelInputs) -> ClosedForm:
    """A closed form ready to score: the one that a training with this seed stores.

    Args:
        name: registered name of the model.
        config: its hyperparameters.
        seed: the training's.
        inputs: what the model is built from.
    """
    model = _built(name, config, seed, inputs)
    _fit(model, inputs, stream(seed, BATCHES))
    return model.eval()


def _built(name: str, config: Mapping[str, Any], seed: int, inputs: ModelInputs) -> ClosedForm:
    model = build(name, config, inputs, stream(seed, WEIGHTS))
    if not isinstance(model, ClosedForm):
        raise TypeError(f"model {name} is trained by epochs")
    return model


def _fit(model: ClosedForm, inputs: ModelInputs, randomness: Randomness) -> None:
    if model.remark:  # such as on its memory, before that is filled
        logger.info(model.remark)
    model.fit(inputs, randomness)
