"""What a training stops by: metrics on the validation split."""

from collections.abc import Callable

import numpy as np
import torch

from siger_pipeline.data.schema import Split
from siger_pipeline.errors import InputError
from siger_pipeline.evaluation.metrics import ranking_metrics
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.models.recommender import Recommender
from siger_pipeline.training.config import TrainConfig
from siger_pipeline.training.inputs import Matrices

Validate = Callable[[Recommender], dict[str, float]]


def validation(matrices: Matrices, train: TrainConfig, device: torch.device) -> Validate:
    """The function from a model to its validation metrics, at the monitored one's list length.

    Args:
        matrices: R of training and of validation.
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
