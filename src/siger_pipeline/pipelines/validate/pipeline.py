"""Wiring of the validate stage: a model computed at once → its metrics on the validation split.

A trained model has been validated after each epoch: it needs no node. A sweep runs up to here, so
that no point of it is measured on the test split.
"""

from kedro.pipeline import Node, Pipeline

from siger_pipeline.models.registry import model_config
from siger_pipeline.pipelines.names import TRAIN_MATRIX, VALIDATION_MATRIX
from siger_pipeline.pipelines.train.pipeline import requested, with_requests
from siger_pipeline.pipelines.validate.nodes import validate_model
from siger_pipeline.shell.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """One node for a model computed at once; else none."""
    if model_config(selection.model).train_settings is None:
        return Pipeline([])
    inputs = {
        "checkpoint": "checkpoint",
        "evaluate": "params:evaluate",
        "device": "params:train.device",
        **{name: name for name in (TRAIN_MATRIX, VALIDATION_MATRIX)},
        **requested(selection),
    }
    function = with_requests(validate_model, selection)
    node = Node(function, inputs, "validation", name=selection.trial)
    return Pipeline([node], tags="validate")
