"""Wiring of the export stage: a trained model and all that it needs → a folder that recommends."""

from kedro.pipeline import Node, Pipeline

from siger_pipeline.pipelines.export.nodes import export_recommender
from siger_pipeline.pipelines.names import TRAIN_MATRIX, VALIDATION_MATRIX
from siger_pipeline.pipelines.train.pipeline import requested, with_requests
from siger_pipeline.shell.selection import Selection

OF_TRIAL = ("checkpoint", "provenance", "user_metrics")
OF_DATA = (TRAIN_MATRIX, VALIDATION_MATRIX, "user_index", "item_index", "items")


def create_pipeline(selection: Selection) -> Pipeline:
    """One node. No study needs what it leaves, so that a study of many trials exports none."""
    inputs = {name: name for name in (*OF_TRIAL, *OF_DATA)} | requested(selection)
    inputs |= {"evaluate": "params:evaluate", "device": "params:train.device"}
    function = with_requests(export_recommender, selection)
    return Pipeline(
        [Node(function, inputs, "recommender", name=selection.trial)],
        tags="export",
    )
