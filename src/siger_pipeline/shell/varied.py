"""Which values the parameters have that a study varies, trial by trial."""

from __future__ import annotations

from typing import Any

from siger_pipeline.models.registry import model_config
from siger_pipeline.shell.studies import Study
from siger_pipeline.studies.differences import leaves
from siger_pipeline.studies.grid import Point, full_keys
from siger_pipeline.training.config import TrainConfig


def varied_parameters(study: Study) -> dict[str, dict[str, Any]]:
    """The parameters of `grid` and `each` of a study.

    Args:
        study: with its trials.

    Returns:
        Key, as the study has it -> `values`, name of a trial -> its value, of those whose model has
        the parameter; `configured`, that of the trials that do not override it, null where a model
        has no such trial, or another value than the others.
    """
    return {key: _values(key, study) for key in (*study.config.grid, *study.config.each)}


def _values(key: str, study: Study) -> dict[str, Any]:
    values = {}
    configured: dict[str, Any] = {}
    for trial in (part.trial for part in study.parts):
        full, known = _full(key, trial.model), dict(leaves(trial.values))
        if full not in known:
            continue
        values[trial.name] = known[full]
        configured.setdefault(trial.model, None)
        if full not in trial.overrides:
            configured[trial.model] = known[full]
    first, *others = configured.values() or [None]
    return {"values": values, "configured": None if any(o != first for o in others) else first}


def _full(key: str, model: str) -> str:
    """The dotted key with its block, which a study may leave out."""
    fields = model_config(model).model_fields
    (full,) = full_keys(Point(model, "", ((key, None),)), fields, TrainConfig.model_fields)
    return full
