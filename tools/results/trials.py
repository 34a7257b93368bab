"""Single trials in the columns of a study's table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from siger_pipeline.errors import InputError
from siger_pipeline.studies.config import HEADLINE
from siger_pipeline.studies.measured import Measured, of_calibrated
from siger_pipeline.studies.names import short_key
from siger_pipeline.studies.published import PublishedFigures
from siger_pipeline.studies.spelling import spelt
from siger_pipeline.studies.sums import corrected
from siger_pipeline.studies.table import CALIBRATED, COLUMNS, TYPES, tidy_table
from tools.results.versions import Version, newest, read_json

SEED = "train.seed"
TYPES_OF_ALL = {**TYPES, "weight": "float64"} | dict.fromkeys(("best_epoch", "epochs"), "Int64")


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
    values, known = read_json(metrics.path), _known(read_json(origin.path))
    trial = Measured(_said(known), _usual(values), known, _timings(folder, metrics))
    rows = tidy_table([trial, *_calibrated(folder, trial, values)], published).reindex(
        columns=[*COLUMNS, *CALIBRATED]
    )
    return rows.assign(made=metrics.made, **_epochs(folder, metrics)).astype(TYPES_OF_ALL)


def _known(origin: dict[str, Any]) -> dict[str, Any]:
    """Provenance; that of earlier releases has no fingerprints of features and graphs."""
    return {"fingerprints": {"features": {}, "graphs": {}}, **origin}


def _said(origin: dict[str, Any]) -> dict[str, Any]:
    model, overrides = origin["model"], dict(origin["overrides"])
    overrides.pop(SEED, None)
    varied = (f"{short_key(key, model)}={spelt(value)}" for key, value in overrides.items())
    trial = {"trial": origin["trial"], "model": model, "variant": ", ".join(varied)}
    return {**trial, "seed": origin["seed"]}


def _usual(metrics: dict[str, Any]) -> dict[str, Any]:
    return {
        split: {name: value for name, value in values.items() if name in HEADLINE}
        for split, values in metrics.items()
    }


def _timings(folder: Path, until: Version) -> list[pd.DataFrame]:
    """What a file of timings says, if it is there; those of earlier releases have no memory."""
    found = _table(folder, "timings.parquet", until)
    if found is None:
        return []
    return [found if "peak_mib" in found else found.assign(peak_mib=float("nan"))]


def _calibrated(folder: Path, trial: Measured, metrics: dict[str, Any]) -> Iterator[Measured]:
    """The trial with each corrector; what was made of a training before does not count."""
    for path in sorted((folder / "calibrated").glob("*.json")):
        found = newest(path)
        document = read_json(found.path) if found else {}
        if found and document["alone"] == metrics:
            yield _corrected(folder, trial, document, found)


def _corrected(folder: Path, trial: Measured, document: dict[str, Any], found: Version) -> Measured:
    name = document["corrector"]
    fitted = folder.parent / "correctors" / name
    origin = newest(fitted / "provenance.json", until=found.version)
    # Earlier releases fitted it anew for each trial, and left no provenance and timings of it.
    read = {modality: how["extractor"] for modality, how in document["features"].items()}
    known = read_json(origin.path) if origin else {**trial.origin, "features": read}
    timings = [*_timings(fitted, found), *_timings(folder / "weights" / name, found)]
    return of_calibrated(
        corrected(trial.trial, name),
        trial.origin,
        {**document, "calibrated": _usual(document["calibrated"])},
        known,
        *(timings if origin else ()),
    )


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
