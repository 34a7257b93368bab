"""The published figures that a run is compared with."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ibis.expr.types import Table

from siger_pipeline.data.raw import require_columns, take
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

COMPARISON = "table1"  # the paper's comparison of models; its other tables vary SIGER alone
COLUMNS = ("source", "dataset", "model", "metric", "value")

Published = dict[str, dict[str, float]]
"""Model, as the paper spells it -> metric -> value at test."""


def published_figures(paper: Table, dataset: str) -> Published:
    """The comparison table of a data set, in the paper's order; empty where there is none.

    Args:
        paper: columns source, dataset, model, metric, value (text), `line_number`, `file`.
        dataset: name of the data set, in any case.

    Raises:
        InputError: a column is missing, or a value is not a number.
    """
    rows = _rows(paper, dataset, "the file of published figures")
    return _by_model(row for row in rows if row["source"] == COMPARISON)


def all_figures(paper: Table, dataset: str) -> Published:
    """Those of all the paper's tables and figures, its variants under names as `SIGER/EISG`.

    Args:
        paper: as of `published_figures`.
        dataset: name of the data set, in any case.
    """
    return _by_model(_rows(paper, dataset, "the file of published figures"))


def public_figures(public: Table, dataset: str) -> dict[str, dict[str, list[float]]]:
    """What others report of runs on the same split: model -> metric -> values at test.

    Args:
        public: columns as of `published_figures`; `source` says where a figure stands.
        dataset: name of the data set, in any case.
    """
    figures: dict[str, dict[str, list[float]]] = {}
    for row in _rows(public, dataset, "the file of public references"):
        figures.setdefault(row["model"], {}).setdefault(row["metric"], []).append(_value(row))
    return figures


def name_in_paper(model: str, published: Iterable[str]) -> str | None:
    """How the paper spells a registered model (`da_mrs`: DA-MRS), None where it lacks it."""
    return next((name for name in published if letters(name) == letters(model)), None)


def letters(name: str) -> str:
    """A name's small letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _rows(figures: Table, dataset: str, what: str) -> list[dict[str, Any]]:
    """The lines of a data set, in the order of the file."""
    taken = take(figures, require_columns(figures, COLUMNS, what, ","))
    chosen = taken.filter(taken["dataset"] == dataset.lower()).order_by(Columns.LINE_NUMBER)
    rows: list[dict[str, Any]] = chosen.to_pyarrow().to_pylist()
    return rows


def _by_model(rows: Iterable[Mapping[str, Any]]) -> Published:
    figures: Published = {}
    for row in rows:
        figures.setdefault(row["model"], {}).setdefault(row["metric"], _value(row))
    return figures


def _value(row: Mapping[str, Any]) -> float:
    try:
        return float(row["value"])
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{row[Columns.FILE]}, line {row[Columns.LINE_NUMBER]}: value is {row['value']!r}, "
            "wanted is a number: mend the line, or take it out"
        ) from error
