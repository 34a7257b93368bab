"""Wiring of the train stage: splits and requested matrices → checkpoints, history, timings."""

from collections.abc import Callable
from typing import Any

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from siger_pipeline.graphs.registry import features_of
from siger_pipeline.models.registry import model_config, module_of
from siger_pipeline.pipelines.names import TRAIN_MATRIX, VALIDATION_MATRIX, datasets_of
from siger_pipeline.pipelines.train.nodes import fit_model, train_model
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
    """One node: the training of the chosen model, or its computation at once."""
    inputs = {
        "model": "params:model",
        "config": f"params:{selection.model}",
        TRAIN_MATRIX: TRAIN_MATRIX,
        **requested(selection),
    }
    settings = model_config(selection.model).train_settings
    if settings is None:
        inputs |= {"train": "params:train", "unfinished": "unfinished_training"}
        inputs[VALIDATION_MATRIX] = VALIDATION_MATRIX
    else:
        inputs |= {key: f"params:train.{key}" for key in ("device", *settings)}
    function = train_model if settings is None else fit_model
    # The last one written says which epoch the others count up to.
    outputs = ["checkpoint", "history", "timings", "last_checkpoint"]
    made = with_requests(function, selection)
    return Pipeline([Node(made, inputs, outputs, name=selection.trial)], tags="train")
