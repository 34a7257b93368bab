"""The start of a training: device, randomness, model, batches, validation."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.recommender import ClosedForm, Trained
from siger_pipeline.models.registry import build
from siger_pipeline.ops.allocator import keep_freed_memory
from siger_pipeline.training.checkpoint import WEIGHTS, stream, streams
from siger_pipeline.training.closed_form import fit_and_capture
from siger_pipeline.training.config import TrainConfig
from siger_pipeline.training.device import resolve_device
from siger_pipeline.training.inputs import Matrices
from siger_pipeline.training.progress import Progress
from siger_pipeline.training.resume import continued
from siger_pipeline.training.trainer import Training
from siger_pipeline.training.validation import validation

logger = logging.getLogger(__name__)


def start_training(
    name: str,
    config: Mapping[str, Any],
    train: TrainConfig,
    inputs: ModelInputs,
    matrices: Matrices,
    unfinished: Mapping[str, Any] | None = None,
) -> Iterator[Progress]:
    """The progress of a training: one step an epoch, or one in all for a closed form.

    The same seed gives the same bytes on the same machine with the same number of threads, since
    sums over several threads are rounded differently.

    Args:
        name: registered name of the model.
        config: its hyperparameters.
        train: the training's settings.
        inputs: what the model is built from.
        matrices: R of training and of validation, which the training stops by.
        unfinished: outputs of an interrupted training of the same code, parameters and inputs, by
            their catalog names. If they are complete, the training resumes from them, bit for bit
            on a CPU with the same number of threads.

    Raises:
        TrainingError: the device does not exist, or a loss is not finite.
        InputError: nothing to learn from, or nothing to validate by.
    """
    keep_freed_memory()
    device = resolve_device(train.device)
    model = build(name, config, inputs, stream(train.seed, WEIGHTS))
    randomness = streams(train.seed, device)
    if isinstance(model, ClosedForm):
        return iter([fit_and_capture(name, model, inputs, randomness)])
    if not isinstance(model, Trained):
        raise TypeError(f"model {name} is neither Trained nor ClosedForm")
    batches = model.batches(inputs.interactions, train.batch_size)
    if batches.remark:
        logger.warning(batches.remark)
    validate = validation(matrices, train, device)
    training = Training(name, model.to(device), batches, validate, randomness, train)
    return continued(training, unfinished) if unfinished else training.epochs()
