"""What is reported of fused scores, as JSON has values."""

from collections.abc import Mapping, Sequence
from typing import Any

from siger_pipeline.evaluation.config import CalibrationConfig, FusionConfig
from siger_pipeline.evaluation.evaluate import Metrics
from siger_pipeline.evaluation.fusion import Fused


def calibration_document(
    fused: Fused,
    metrics: Metrics,
    calibration: CalibrationConfig,
    hyperparameters: Mapping[str, Any],
    features: Mapping[str, Any],
) -> dict[str, Any]:
    """A model whose order a corrector has corrected.

    Args:
        fused: the model with its corrector.
        metrics: of the model alone.
        calibration: as configured.
        hyperparameters: of the corrector.
        features: behind the corrector, by modality.

    Returns:
        `corrector`, its `parameters` and `features`, `top`, `monitor`; the chosen `weight`;
        `tried`: each weight with the monitored metric at validation; `alone` and `calibrated`:
        metrics of both splits; `at_end`: whether the weight is the largest of the grid.
    """
    (weight,) = fused.weights
    return {
        "corrector": calibration.corrector,
        "parameters": dict(hyperparameters),
        "features": dict(features),
        "top": calibration.top,
        "monitor": calibration.monitor,
        "weight": weight,
        "at_end": calibration.at_end(weight),
        "tried": [{"weight": w, "validation": value} for (w,), value in fused.tried.items()],
        "alone": metrics,
        "calibrated": fused.metrics,
    }


def fusion_document(fused: Fused, trials: Sequence[str], fusion: FusionConfig) -> dict[str, Any]:
    """Several trials whose scores have been added up.

    Args:
        fused: the trials.
        trials: their names, that with the candidates first.
        fusion: as configured.

    Returns:
        `trials`, `weights` in the same order, `top`, `monitor`; `tried`: weights with the monitored
        metric at validation; `metrics` of both splits; `at_end`: those of the trials whose weight
        is the largest of the grid.
    """
    return {
        "trials": list(trials),
        "weights": [1.0, *fused.weights],
        "at_end": [t for t, w in zip(trials[1:], fused.weights, strict=True) if fusion.at_end(w)],
        "top": fusion.top,
        "monitor": fusion.monitor,
        "tried": [{"weights": [1.0, *w], "validation": v} for w, v in fused.tried.items()],
        "metrics": fused.metrics,
    }
