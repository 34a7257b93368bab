"""Wiring of the train stage: splits and requested matrices → checkpoints, history, timings."""

from collections.abc import Callable
from typing import Any

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from siger_pipeline.graphs.registry import features_of
from siger_pipeline.models.registry import module_of
from siger_pipeline.pipelines.names import SPLIT_MATRIX, datasets_of
from siger_pipeline.pipelines.train.nodes import train_model
from siger_pipeline.shell.selection import Selection


def with_requests(function: Callable[..., Any], selection: Selection) -> Callable[..., Any]:
    """A node's function with the code of the chosen model, its requests and its modalities."""
    return with_values(
        with_code(function, module_of(selection.model)),
        requests=datasets_of(selection.requests),
        modalities=features_of(selection.requests),
    )


def requested(selection: Selection) -> dict[str, str]:
    """Argument and catalog name of each matrix that the model requests, and of no other."""
    return {name: name for name in datasets_of(selection.requests).values()}


def create_pipeline(selection: Selection) -> Pipeline:
    """One node: the training of the chosen model."""
    inputs = {
        "model": "params:model",
        "config": f"params:{selection.model}",
        "train": "params:train",
        SPLIT_MATRIX: SPLIT_MATRIX,
        "unfinished": "unfinished_training",
        **requested(selection),
    }
    # The last one written says which epoch the others count up to.
    outputs = ["checkpoint", "history", "timings", "last_checkpoint"]
    train = with_requests(train_model, selection)
    return Pipeline([Node(train, inputs, outputs, name=selection.trial)], tags="train")
