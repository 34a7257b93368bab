"""Whether `calibration:` can be followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from siger_pipeline.errors import ParameterError
from siger_pipeline.evaluation.config import CalibrationConfig, EvaluateConfig
from siger_pipeline.models.registry import is_closed_form, model_names


def check_calibration(
    calibration: CalibrationConfig, evaluate: EvaluateConfig, place: Callable[[Sequence[str]], str]
) -> None:
    """Refuse a corrector that cannot be one, and settings that do not fit what is measured.

    Args:
        calibration: as configured; without a corrector nothing is used.
        evaluate: what is measured.
        place: nested keys -> where they stand, for the start of a line.

    Raises:
        ParameterError: it names the parameter.
    """
    name = calibration.corrector
    if name is None:
        return
    unfit = _why_no_corrector(name)
    fault = ("corrector", unfit) if unfit else calibration.misfit(evaluate)
    if fault:
        field, why = fault
        keys, value = ["calibration", field], getattr(calibration, field)
        raise ParameterError(f"{place(keys)}parameter {'.'.join(keys)!r} = {value!r}: {why}")


def _why_no_corrector(name: str) -> str:
    if name not in model_names():
        near = get_close_matches(name, model_names(), n=1)
        wish = f"did you mean {near[0]!r}? " if near else ""
        return f"there is no such model; {wish}there are {', '.join(model_names())}"
    if not is_closed_form(name):
        return (
            "that model is trained by epochs, and wanted is one that is computed at once, such as "
            "itemknn; scores of trained models are added up by `fusion` of a study"
        )
    return ""
