"""The corrector of `calibration:`: whether the model can be one."""

from __future__ import annotations

from difflib import get_close_matches

from siger_pipeline.evaluation.config import CalibrationConfig, EvaluateConfig
from siger_pipeline.models.registry import is_closed_form, model_names


def misfit(calibration: CalibrationConfig, evaluate: EvaluateConfig) -> tuple[str, str] | None:
    """The name of a setting that cannot be followed, and why; None where all can, or none is used.

    Args:
        calibration: as configured.
        evaluate: what is measured.

    Raises:
        ParameterError: the corrector is of another package and cannot be used.
    """
    name = calibration.corrector
    if name is None:
        return None
    if name not in model_names():
        near = get_close_matches(name, model_names(), n=1)
        wish = f"did you mean {near[0]!r}? " if near else ""
        known = ", ".join(model_names())
        return "corrector", f"no model of that name; {wish}there are {known}"
    if not is_closed_form(name):
        return "corrector", (
            "it is trained by epochs, and wanted is a model that is computed at once, such as "
            "itemknn; scores of trained models are added up by `fusion` of a study"
        )
    return calibration.misfit(evaluate)
