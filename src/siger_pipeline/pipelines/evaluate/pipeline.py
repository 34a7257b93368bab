"""Wiring of the evaluate stage: checkpoint and splits → recommendations, metrics, floors.

Where a corrector is chosen, a node of its own corrects the model's order, so that switching it on
or off trains nothing and leaves the model's own results.
"""

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from siger_pipeline.graphs.registry import features_of
from siger_pipeline.models.registry import module_of
from siger_pipeline.pipelines.evaluate.nodes import (
    FLOORS,
    calibrate_model,
    evaluate_floors,
    evaluate_model,
)
from siger_pipeline.pipelines.names import SPLIT_MATRIX, calibrated, datasets_of
from siger_pipeline.pipelines.train.pipeline import requested, with_requests
from siger_pipeline.shell.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """The chosen model, the floors below it, and the model as a corrector corrects it."""
    common = {"evaluate": "params:evaluate", SPLIT_MATRIX: SPLIT_MATRIX}
    model = {"checkpoint": "checkpoint", "device": "params:train.device", **common}
    model |= {index: index for index in ("user_index", "item_index")}
    model |= requested(selection)
    corrected = [_calibration(selection, model)] if selection.corrector else []
    results = ["metrics", "user_metrics", "group_metrics", "recommendations"]
    evaluated = with_requests(evaluate_model, selection)
    cold = {"cold_items": "params:split.cold_items"}
    floors = with_code(evaluate_floors, *map(module_of, FLOORS))
    return Pipeline(
        [
            Node(evaluated, {**model, **cold}, results, name=selection.trial),
            Node(floors, {"seed": "params:floors.seed", **common}, "floors", name="floors"),
            *corrected,
        ],
        tags="evaluate",
    )


def _calibration(selection: Selection, model: dict[str, str]) -> Node:
    """The node that corrects the model's order.

    Args:
        selection: with a corrector.
        model: inputs of the model's evaluation.
    """
    corrector, requests = selection.corrector, selection.corrector_requests
    inputs = {
        **model,
        **{name: name for name in datasets_of(requests).values()},
        "metrics": "metrics",
        "calibration": "params:calibration",
        "corrector": f"params:{corrector}",
        "seed": "params:floors.seed",
    }
    if modalities := features_of(requests):
        inputs["features"] = "params:features"
    corrected = with_values(
        with_code(with_requests(calibrate_model, selection), module_of(corrector)),
        corrector_requests=datasets_of(requests),
        corrector_modalities=modalities,
    )
    return Node(corrected, inputs, calibrated(corrector), name=f"calibrate_{corrector}")
