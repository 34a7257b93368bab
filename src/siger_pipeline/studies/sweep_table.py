"""The points of a sweep as one tidy table, and the best of each model to read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from siger_pipeline.studies.search import COMPLETE, FAILED, PRUNED

COLUMNS = (
    *("dataset", "model", "point", "state", "trial", "parameters", "metric", "value"),
    *("best_epoch", "epochs", "seconds", "error", "data", "code", "command"),
)
ABSENT = "–"
ALL = ["model", "point", "state", "validation", "best epoch", "epochs", "seconds", "parameters"]
ALL += ["error"]
BEST = ["model", "points", PRUNED, FAILED, "metric", "validation", "parameters"]


@dataclass(frozen=True)
class Outcome:
    """What a point came to.

    Attributes:
        value: the monitored validation metric, of the best epoch; None where there is none.
        best_epoch: from 1; None of a model computed at once, and where there is none.
        epochs: that it was trained for.
        seconds: of training and validation; None where nobody measured them.
    """

    value: float | None
    best_epoch: int | None
    epochs: int
    seconds: float | None


def of_training(history: pd.DataFrame, timings: pd.DataFrame, monitor: str) -> Outcome:
    """The outcome of a point that was trained to its end."""
    best = history[history["best"]].iloc[-1]
    seconds = timings[["seconds_train", "seconds_validation"]].to_numpy().sum()
    return Outcome(float(best[monitor]), int(best["epoch"]), len(history), float(seconds))


def of_curve(curve: Mapping[int, float], seconds: float | None) -> Outcome:
    """The outcome of a point of which nothing but its validations is known.

    Args:
        curve: epoch -> monitored metric.
        seconds: that it took.
    """
    if not curve:
        return Outcome(None, None, 0, seconds)
    best = max(curve, key=lambda epoch: (curve[epoch], -epoch))
    return Outcome(curve[best], best, max(curve), seconds)


def sweep_table(points: Sequence[Mapping[str, Any]], outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """One row a point, in the order in which they were chosen, model by model.

    Args:
        points: what is said of each beside its outcome; `parameters` by dotted key.
        outcomes: in the same order.

    Returns:
        Columns `COLUMNS`; `parameters` as JSON.
    """
    rows = [
        {**point, "parameters": json.dumps(point["parameters"]), **vars(outcome)}
        for point, outcome in zip(points, outcomes, strict=True)
    ]
    types = {"point": "int64", "value": "float64", "seconds": "float64"}
    types |= {"best_epoch": "Int64", "epochs": "int64"}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(types)


def best_points(table: pd.DataFrame) -> pd.DataFrame:
    """The row of each model's best complete point, of equal ones the first; models in order."""
    complete = table[table["state"] == COMPLETE]
    return complete.loc[complete.groupby("model", sort=False)["value"].idxmax()]


def best_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The best of each model as texts, with the number of points that it was chosen from."""
    best = {row["model"]: row for row in best_points(table).to_dict("records")}
    rows = []
    for model, points in table.groupby("model", sort=False):
        states = points["state"].value_counts()
        row = {"model": model, "points": len(points)}
        row |= {state: int(states.get(state, 0)) for state in (PRUNED, FAILED)}
        row |= {"metric": points["metric"].iloc[0], "validation": ABSENT, "parameters": ABSENT}
        if chosen := best.get(model):
            row["validation"] = _shown(chosen["value"], ".4f")
            row["parameters"] = _listed(chosen["parameters"])
        rows.append(row)
    return pd.DataFrame(rows, columns=BEST)


def all_rows(table: pd.DataFrame) -> pd.DataFrame:
    """All points as texts, those of a model from the best to the worst, failed ones last."""
    places = {model: n for n, model in enumerate(dict.fromkeys(table["model"]))}
    ordered = table.assign(order=table["model"].map(places), full=table["state"] == COMPLETE)
    ordered = ordered.sort_values(
        ["order", "full", "value", "point"], ascending=[True, False, False, True]
    )
    rows = [
        {
            "model": row["model"],
            "point": row["point"],
            "state": row["state"],
            "validation": _shown(row["value"], ".4f"),
            "best epoch": _shown(row["best_epoch"]),
            "epochs": row["epochs"],
            "seconds": _shown(row["seconds"], ".1f"),
            "parameters": _listed(row["parameters"]),
            "error": row["error"] or ABSENT,
        }
        for row in ordered.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=ALL)


def commands(table: pd.DataFrame) -> str:
    """The command lines that run the best of each model, in Markdown."""
    lines = "\n".join(best_points(table)["command"])
    return f"```\n{lines}\n```\n" if lines else "No point is complete.\n"


def _shown(value: Any, how: str = "") -> str:
    return ABSENT if pd.isna(value) else format(value, how)


def _listed(parameters: str) -> str:
    """`key=value` pairs of a JSON object."""
    pairs = json.loads(parameters).items()
    return ", ".join(f"{key.partition('.')[2]}={json.dumps(value)}" for key, value in pairs)
