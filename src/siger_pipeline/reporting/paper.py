"""The published figures that a run is compared with."""

import re

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
    paper = take(paper, require_columns(paper, COLUMNS, "the file of published figures", ","))
    chosen = (paper["source"] == COMPARISON) & (paper["dataset"] == dataset.lower())
    rows = paper.filter(chosen).order_by(Columns.LINE_NUMBER).to_pyarrow().to_pylist()
    figures: Published = {}
    for row in rows:
        figures.setdefault(row["model"], {})[row["metric"]] = _value(row)
    return figures


def name_in_paper(model: str, published: Published) -> str | None:
    """How the paper spells a registered model (`da_mrs`: DA-MRS), None where it lacks it."""
    return next((name for name in published if _letters(name) == _letters(model)), None)


def _value(row: dict[str, str]) -> float:
    try:
        return float(row["value"])
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{row[Columns.FILE]}, line {row[Columns.LINE_NUMBER]}: value is {row['value']!r}, "
            "wanted is a number: mend the line, or take it out"
        ) from error


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
