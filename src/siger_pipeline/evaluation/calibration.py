"""What is reported of a model whose order a corrector has corrected."""

from collections.abc import Mapping
from typing import Any

from siger_pipeline.evaluation.config import CalibrationConfig
from siger_pipeline.evaluation.evaluate import Metrics
from siger_pipeline.evaluation.fusion import Fused


def calibration_document(
    fused: Fused,
    metrics: Metrics,
    calibration: CalibrationConfig,
    hyperparameters: Mapping[str, Any],
) -> dict[str, Any]:
    """The calibration as JSON has values.

    Args:
        fused: the model with its corrector.
        metrics: of the model alone.
        calibration: as configured.
        hyperparameters: of the corrector.

    Returns:
        `corrector`, its `parameters`, `top`, `monitor`; the chosen `weight`; `tried`: each weight
        with the monitored metric at validation; `alone` and `calibrated`: metrics of both splits.
    """
    (weight,) = fused.weights
    return {
        "corrector": calibration.corrector,
        "parameters": dict(hyperparameters),
        "top": calibration.top,
        "monitor": calibration.monitor,
        "weight": weight,
        "tried": [{"weight": w, "validation": value} for (w,), value in fused.tried.items()],
        "alone": metrics,
        "calibrated": fused.metrics,
    }
