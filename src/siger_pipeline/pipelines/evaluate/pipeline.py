"""Wiring of the evaluate stage: checkpoint and splits → recommendations, metrics, floors.

Where a corrector is chosen, nodes of its own correct the model's order, so that switching it on
or off trains nothing and leaves the model's own results. One fits the corrector, once for all
trials on the same data; one chooses the weight, and the test split is not among its inputs.
"""

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from siger_pipeline.graphs.registry import features_of
from siger_pipeline.models.registry import module_of
from siger_pipeline.pipelines.evaluate.calibration import (
    calibrate_model,
    fit_corrector,
    weigh_corrector,
)
from siger_pipeline.pipelines.evaluate.nodes import FLOORS, evaluate_floors, evaluate_model
from siger_pipeline.pipelines.names import (
    MATRICES,
    TEST_MATRIX,
    TRAIN_MATRIX,
    calibrated,
    datasets_of,
    fitted,
    matrices_of,
    weighed,
)
from siger_pipeline.pipelines.train.pipeline import requested, with_requests
from siger_pipeline.requests import Request
from siger_pipeline.shell.model_blocks import is_setting_of
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
    """The nodes that fit the corrector, choose its weight, and measure the model with it.

    Args:
        selection: with a corrector.
        model: inputs of the model's evaluation.
    """
    corrector, requests = selection.corrector, selection.corrector_requests
    measuring = {
        **model,
        **{name: name for name in datasets_of(requests).values()},
        "corrector": fitted(corrector)[0],
        "calibration": "params:calibration",
    }
    choosing = {
        key: name for key, name in measuring.items() if key not in (TEST_MATRIX, "evaluate")
    }
    choosing["block_mib"] = "params:evaluate.block_mib"
    measuring |= {"metrics": "metrics", "choice": weighed(corrector)[0]}
    measuring |= {"features": "params:features"} if features_of(requests) else {}
    weigh, calibrate = (
        with_values(
            with_code(function, *map(module_of, (selection.model, corrector))),
            reads=(_read(selection.requests), _read(requests)),
        )
        for function in (weigh_corrector, calibrate_model)
    )
    return [
        _fit(selection),
        Node(weigh, choosing, weighed(corrector), name=f"weigh_{corrector}"),
        Node(calibrate, measuring, calibrated(corrector), name=f"calibrate_{corrector}"),
    ]


def _fit(selection: Selection) -> Node:
    """The node that fits the corrector, which depends on no trial."""
    corrector, requests = selection.corrector, selection.corrector_requests
    matrices = matrices_of(requests)
    inputs = {"config": f"params:{corrector}", TRAIN_MATRIX: TRAIN_MATRIX}
    inputs |= {name: name for of_kind in matrices.values() for name in of_kind.values()}
    if is_setting_of(corrector, "seed"):
        inputs["seed"] = "params:floors.seed"
    fit = with_values(
        with_code(fit_corrector, module_of(corrector)),
        corrector=corrector,
        read=_read(requests),
        extractors=selection.named(requests),
        matrices=matrices,
    )
    return Node(fit, inputs, fitted(corrector), name=f"fit_{corrector}")


def _read(requests: tuple[Request, ...]) -> tuple[dict[Request, str], tuple[str, ...]]:
    """What a model is built from -> argument, and the modalities that it reads."""
    return datasets_of(requests), features_of(requests)
