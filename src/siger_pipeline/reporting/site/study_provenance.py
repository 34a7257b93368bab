"""Where the rows of a study's table come from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from siger_pipeline.reporting.site.cells import Grid, grid, linked
from siger_pipeline.reporting.site.documents import DatasetResults
from siger_pipeline.reporting.site.study_tables import UP, alone, measured
from siger_pipeline.reporting.tables import ABSENT


def provenance_rows(table: pd.DataFrame, dataset: DatasetResults) -> Grid:
    """Where the rows of each trial come from: hashes, extractors, seed, device, time, memory."""
    rows = alone(measured(table)).drop_duplicates("trial")
    columns = {
        "data": "data",
        "features": "features",
        "feature_hashes": "hashes of features",
        "graph_hashes": "hashes of graphs",
        "device": "device",
        "versions": "versions",
    }
    pairs = zip(rows["trial"], rows["model"], strict=True)
    cells: dict[str, list[Any]] = {
        "trial": [linked(str(name), str(model), dataset.trials, UP) for name, model in pairs],
        "seed": [ABSENT if pd.isna(seed) else str(seed) for seed in rows["seed"]],
        "seconds": [_rounded(value) for value in _of(rows, "seconds")],
        "peak MiB": [_rounded(value) for value in _of(rows, "peak_mib")],
        **{
            title: [str(value) or ABSENT for value in _of(rows, column)]
            for column, title in columns.items()
        },
    }
    cells["data"] = [str(value)[7:19] for value in rows["data"]]
    return grid(cells, words=tuple(columns.values()))


def _of(rows: pd.DataFrame, column: str) -> list[Any]:
    """A column; dashes where tables of earlier releases lack it."""
    if column not in rows:
        return [ABSENT] * len(rows)
    return [ABSENT if pd.isna(value) else value for value in rows[column]]


def _rounded(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:,.1f}"
