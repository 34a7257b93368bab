"""Single trials in the columns of a study's table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from siger_pipeline.errors import InputError
from siger_pipeline.studies.config import HEADLINE
from siger_pipeline.studies.names import short_key
from siger_pipeline.studies.published import PublishedFigures
from siger_pipeline.studies.spelling import spelt
from siger_pipeline.studies.table import CALIBRATED, COLUMNS, TYPES, Measured, tidy_table
from tools.results.versions import Version, newest, read_json

SEED = "train.seed"
TYPES_OF_ALL = {**TYPES, "weight": "float64", "calibrated": "float64"} | dict.fromkeys(
    ("best_epoch", "epochs"), "Int64"
)


def trial_rows(folder: Path, published: PublishedFigures) -> pd.DataFrame:
    """The newest figures of a trial, and again with each corrector.

    Args:
        folder: of the trial, which has metrics.
        published: figures of others on the data set.

    Returns:
        Columns of a study's table with a corrector, `made`, `best_epoch` and `epochs`; of the
        metrics the usual ones. The variant is made of the overrides.

    Raises:
        InputError: a file cannot be read, or there are metrics without provenance.
    """
    metrics, origin = newest(folder / "metrics.json"), newest(folder / "provenance.json")
    if metrics is None or origin is None:
        raise InputError(
            f"{folder} lacks metrics.json or provenance.json, so that it is not known what was "
            "measured: `kedro run --pipelines evaluate` of this trial writes both; or leave it out "
            "by --only"
        )
    values, parts = read_json(metrics.path), []
    for calibration in (None, *_calibrations(folder, values)):
        trial = _measured(values, read_json(origin.path), calibration)
        timings = _table(folder, "timings.parquet", metrics)
        rows = tidy_table([_with_timings(trial, timings)], published)
        parts.append(rows.reindex(columns=[*COLUMNS, *CALIBRATED]))
    rows = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    return rows.assign(made=metrics.made, **_epochs(folder, metrics)).astype(TYPES_OF_ALL)


def _measured(
    metrics: dict[str, Any], origin: dict[str, Any], calibration: dict[str, Any] | None
) -> Measured:
    model, overrides = origin["model"], dict(origin["overrides"])
    overrides.pop(SEED, None)
    varied = (f"{short_key(key, model)}={spelt(value)}" for key, value in overrides.items())
    trial = {"trial": origin["trial"], "model": model, "variant": ", ".join(varied)}
    usual = {
        split: {name: value for name, value in values.items() if name in HEADLINE}
        for split, values in metrics.items()
    }
    # Provenance of earlier releases has no fingerprints of features and graphs.
    known = {"fingerprints": {"features": {}, "graphs": {}}, **origin}
    return Measured({**trial, "seed": origin["seed"]}, usual, known, calibration)


def _with_timings(trial: Measured, timings: pd.DataFrame | None) -> Measured:
    if timings is None:
        return trial
    # Timings of earlier releases have no memory.
    memory = {} if "peak_mib" in timings else {"peak_mib": float("nan")}
    return Measured(
        trial.trial, trial.metrics, trial.origin, trial.calibration, timings.assign(**memory)
    )


def _calibrations(folder: Path, metrics: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of these metrics, not of a training before."""
    versions = [newest(path) for path in sorted((folder / "calibrated").glob("*.json"))]
    documents = [read_json(version.path) for version in versions if version]
    return [each for each in documents if each["alone"] == metrics]


def _epochs(folder: Path, metrics: Version) -> dict[str, int | None]:
    """The best epoch and the last one; null for a model that is computed at once."""
    history = _table(folder, "history.parquet", metrics)
    if history is None or history.empty:
        return {"best_epoch": None, "epochs": None}
    return {
        "best_epoch": int(history.loc[history["best"], "epoch"].max()),
        "epochs": int(history["epoch"].max()),
    }


def _table(folder: Path, name: str, metrics: Version) -> pd.DataFrame | None:
    """The newest one that belongs to the metrics, and not to a training after them."""
    found = newest(folder / name, until=metrics.version)
    return pd.read_parquet(found.path) if found else None
