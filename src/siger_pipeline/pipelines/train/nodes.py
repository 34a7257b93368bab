"""Nodes of the train stage."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from ibis.expr.types import Table

from siger_pipeline.training.config import TrainConfig
from siger_pipeline.training.inputs import model_inputs, split_matrices
from siger_pipeline.training.progress import narrated
from siger_pipeline.training.start import start_training

Saved = tuple[dict[str, Any], dict[str, Any], pd.DataFrame]


def train_model(
    model: str,
    config: dict[str, Any],
    train: TrainConfig,
    splits: Table,
    user_index: Table,
    item_index: Table,
    **arrays: Any,
) -> Iterator[Saved]:
    """Train; after every epoch Kedro saves the best checkpoint, the last one and the history."""
    matrices = split_matrices(splits.to_pandas(), user_index.to_pandas(), item_index.to_pandas())
    inputs = model_inputs(matrices, arrays)
    epochs = start_training(model, config, train, inputs, matrices)
    # Kedro's streams hold on to some sixty of the objects that a node yields: two dicts that are
    # filled anew cost the memory of two checkpoints, fresh ones that of a hundred.
    best: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for progress in narrated(epochs, model, train.max_epochs, train.monitor):
        best.update(progress.best)
        last.update(progress.last)
        yield best, last, progress.history
