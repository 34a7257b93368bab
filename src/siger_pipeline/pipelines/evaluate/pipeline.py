"""Wiring of the evaluate stage: checkpoint and splits → recommendations, metrics, floors."""

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code
from siger_pipeline.models.registry import module_of
from siger_pipeline.pipelines.evaluate.nodes import FLOORS, evaluate_floors, evaluate_model
from siger_pipeline.pipelines.names import SPLIT_MATRIX
from siger_pipeline.pipelines.train.pipeline import requested, with_requests
from siger_pipeline.shell.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """The chosen model, and the floors below it."""
    common = {"evaluate": "params:evaluate", SPLIT_MATRIX: SPLIT_MATRIX}
    model = {"checkpoint": "checkpoint", "device": "params:train.device", **common}
    model |= {index: index for index in ("user_index", "item_index")}
    model |= requested(selection)
    results = ["metrics", "group_metrics", "recommendations"]
    evaluated = with_requests(evaluate_model, selection)
    floors = with_code(evaluate_floors, *map(module_of, FLOORS))
    return Pipeline(
        [
            Node(evaluated, model, results, name=selection.trial),
            Node(floors, {"seed": "params:floors.seed", **common}, "floors", name="floors"),
        ],
        tags="evaluate",
    )
