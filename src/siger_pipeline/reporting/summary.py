"""The report as one document of values that JSON has."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from siger_pipeline.reporting.paper import Published

Metrics = Mapping[str, Mapping[str, float]]


def training_summary(history: pd.DataFrame, timings: pd.DataFrame) -> dict[str, Any]:
    """How training went.

    Args:
        history: a row an epoch; `epoch`, `best`. No rows for a model that is computed at once.
        timings: a row an epoch; `seconds_train`, `seconds_validation`.

    Returns:
        `epochs`, and where there are any: `best_epoch`, and the median seconds of an epoch,
        which a slow first one does not change.
    """
    if history.empty:
        return {"epochs": 0}
    return {
        "epochs": int(history["epoch"].iloc[-1]),
        "best_epoch": best_epoch(history),
        "seconds_train": float(timings["seconds_train"].median()),
        "seconds_validation": float(timings["seconds_validation"].median()),
    }


def best_epoch(history: pd.DataFrame) -> int:
    """The epoch whose weights the run uses: the last that was the best so far."""
    return int(history.loc[history["best"].astype(bool), "epoch"].iloc[-1])


def summarise(
    metrics: Metrics,
    groups: pd.DataFrame,
    floors: Mapping[str, Metrics],
    *,
    history: pd.DataFrame,
    timings: pd.DataFrame,
    published: Published,
    paper_note: str,
    provenance: Mapping[str, Any],
    missing: Mapping[str, tuple[int, int]],
    calibration: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Figures of a run with their provenance, the floors and the published figures.

    Args:
        metrics: split -> metric -> value of the run.
        groups: long table: split, group_by, group, users, metric, value.
        floors: floor -> split -> metric -> value.
        history: a row an epoch.
        timings: seconds of each epoch.
        published: the paper's comparison on this data set.
        paper_note: how the paper's data differ.
        provenance: of `provenance.provenance`.
        missing: modality -> items without features of it, all items.
        calibration: what a corrector makes of the run (`calibrated.labelled`), if one is chosen.
    """
    return {
        "metrics": metrics,
        "groups": groups.to_dict("records"),
        "floors": floors,
        "training": training_summary(history, timings),
        "paper": {"figures": published, "note": paper_note if published else ""},
        "provenance": provenance,
        "calibration": dict(calibration) if calibration else None,
        "missing": {name: {"missing": n, "items": of} for name, (n, of) in missing.items()},
    }
