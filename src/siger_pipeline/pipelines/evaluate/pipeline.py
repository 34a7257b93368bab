"""Wiring of the evaluate stage: checkpoint and splits → recommendations, metrics, floors."""

from kedro.pipeline import Node, Pipeline

from siger_pipeline.pipelines.evaluate.nodes import evaluate_floors, evaluate_model
from siger_pipeline.pipelines.train.pipeline import model_arrays
from siger_pipeline.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """The chosen model, and the floors below it."""
    common = {
        "evaluate": "params:evaluate",
        "train": "params:train",
        "splits": "splits",
        "user_index": "user_index",
        "item_index": "item_index",
    }
    model = {"checkpoint": "checkpoint", **common, **model_arrays(selection)}
    results = ["metrics", "group_metrics", "recommendations"]
    return Pipeline(
        [
            Node(evaluate_model, model, results, name="evaluate_model"),
            Node(evaluate_floors, common, "floors", name="evaluate_floors"),
        ],
        tags="evaluate",
    )
