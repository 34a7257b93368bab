"""What is reported of fused scores, as JSON has values."""

from collections.abc import Mapping, Sequence
from typing import Any

from siger_pipeline.evaluation.config import FusionConfig
from siger_pipeline.evaluation.evaluate import Metrics
from siger_pipeline.evaluation.fusion import Choice

Document = dict[str, Any]


def calibration_choice(choice: Choice) -> Document:
    """The chosen `weight` of a corrector; `tried`: each with the monitored metric at validation."""
    (weight,) = choice.weights
    tried = [{"weight": w, "validation": value} for (w,), value in choice.tried.items()]
    return {"weight": weight, "tried": tried}


def calibration_document(
    choice: Mapping[str, Any],
    calibrated: Metrics,
    alone: Metrics,
    fusion: FusionConfig,
    corrector: Mapping[str, Any],
) -> Document:
    """A model whose order a corrector has corrected.

    Args:
        choice: of `calibration_choice`.
        calibrated: metrics under the weight.
        alone: metrics of the model alone.
        fusion: as configured.
        corrector: its name, `corrector`; its `parameters`; `features` behind it, by modality.

    Returns:
        What `corrector` says, `top`, `monitor`; what `choice` says; `alone` and `calibrated`:
        metrics of both splits; `at_end`: whether the weight is the largest of the grid.
    """
    return {
        **corrector,
        "top": fusion.top,
        "monitor": fusion.monitor,
        "at_end": fusion.at_end(choice["weight"]),
        "alone": alone,
        "calibrated": calibrated,
        **choice,
    }


def fusion_choice(choice: Choice, trials: Sequence[str]) -> Document:
    """`trials`, that with the candidates first, their `weights`, and those that were `tried`.

    Args:
        choice: of the weights.
        trials: names.
    """
    return {
        "trials": list(trials),
        "weights": [1.0, *choice.weights],
        "tried": [{"weights": [1.0, *w], "validation": v} for w, v in choice.tried.items()],
    }


def fusion_document(choice: Mapping[str, Any], metrics: Metrics, fusion: FusionConfig) -> Document:
    """Several trials whose scores have been added up.

    Args:
        choice: of `fusion_choice`.
        metrics: under the weights.
        fusion: as configured.

    Returns:
        What `choice` says, `top`, `monitor`; `metrics` of both splits; `at_end`: those of the
        trials whose weight is the largest of the grid.
    """
    _, *others = zip(choice["trials"], choice["weights"], strict=True)
    return {
        "at_end": [trial for trial, weight in others if fusion.at_end(weight)],
        "top": fusion.top,
        "monitor": fusion.monitor,
        "metrics": metrics,
        **choice,
    }
