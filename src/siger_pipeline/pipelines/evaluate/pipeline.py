"""Wiring of the evaluate stage: checkpoint and splits → recommendations, metrics, floors.

Where a corrector is chosen, nodes of its own correct the model's order, so that switching it on
or off trains nothing and leaves the model's own results. One of them chooses the weight, and the
test split is not among its inputs.
"""

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from siger_pipeline.graphs.registry import features_of
from siger_pipeline.models.registry import module_of
from siger_pipeline.pipelines.evaluate.calibration import calibrate_model, weigh_corrector
from siger_pipeline.pipelines.evaluate.nodes import FLOORS, evaluate_floors, evaluate_model
from siger_pipeline.pipelines.names import (
    MATRICES,
    TEST_MATRIX,
    calibrated,
    datasets_of,
    weight_of,
)
from siger_pipeline.pipelines.train.pipeline import requested, with_requests
from siger_pipeline.shell.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """The chosen model, the floors below it, and the model as a corrector corrects it."""
    common = {"evaluate": "params:evaluate", **{matrix: matrix for matrix in MATRICES}}
    model = {"checkpoint": "checkpoint", "device": "params:train.device", **common}
    model |= {index: index for index in ("user_index", "item_index")}
    model |= requested(selection)
    corrected = _calibration(selection, model) if selection.corrector else []
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


def _calibration(selection: Selection, model: dict[str, str]) -> list[Node]:
    """The node that chooses the corrector's weight, and that which measures the model with it.

    Args:
        selection: with a corrector.
        model: inputs of the model's evaluation.
    """
    corrector, requests = selection.corrector, selection.corrector_requests
    modalities, weight = features_of(requests), weight_of(corrector)
    measuring = {
        **model,
        **{name: name for name in datasets_of(requests).values()},
        "calibration": "params:calibration",
        "corrector": f"params:{corrector}",
        "seed": "params:floors.seed",
    }
    choosing = {
        key: name for key, name in measuring.items() if key not in (TEST_MATRIX, "evaluate")
    }
    choosing["block_mib"] = "params:evaluate.block_mib"
    measuring |= {"metrics": "metrics", "choice": weight}
    measuring |= {"features": "params:features"} if modalities else {}
    weigh, calibrate = (
        with_values(
            with_code(with_requests(function, selection), module_of(corrector)),
            corrector_requests=datasets_of(requests),
            corrector_modalities=modalities,
        )
        for function in (weigh_corrector, calibrate_model)
    )
    return [
        Node(weigh, choosing, weight, name=f"weigh_{corrector}"),
        Node(calibrate, measuring, calibrated(corrector), name=f"calibrate_{corrector}"),
    ]
