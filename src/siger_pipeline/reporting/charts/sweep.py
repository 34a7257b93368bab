"""The chart of a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import pandas as pd

from siger_pipeline.reporting.charts.chart import Chart, Look, Panel, Series
from siger_pipeline.studies.search import COMPLETE, FAILED, PRUNED

STATES: dict[str, Look] = {COMPLETE: "filled", PRUNED: "open", FAILED: "failed"}


def sweep_chart(table: pd.DataFrame, title: str) -> Chart:
    """Validation by point, a panel a model, with the best so far as a line.

    Args:
        table: of `studies.sweep_table.sweep_table`. A point without a value, as a failed one
            mostly is, stands at the foot of its panel.
        title: of the sweep, before a colon, and what it shows.
    """
    name, _, description = title.partition(": ")
    panels = [_panel(str(model), rows) for model, rows in table.groupby("model", sort=False)]
    looks = {series.look for panel in panels for series in panel.series}
    key: Sequence[tuple[Look, str]] = [
        (look, state) for state, look in STATES.items() if look in looks
    ]
    best: Sequence[tuple[Look, str]] = [("step", "best so far")] if "step" in looks else []
    return Chart(name, description, (), panels, [*key, *best])


def _panel(model: str, rows: pd.DataFrame) -> Panel:
    values = rows["value"]
    foot = float(values.min()) if values.notna().any() else 0.0
    series = [_best_so_far(model, rows[rows["state"] == COMPLETE], int(rows["point"].max()))]
    for state, look in STATES.items():
        of = rows[rows["state"] == state]
        series.append(Series(look, of["point"].tolist(), of["value"].fillna(foot).tolist(), model))
    shown = [each for each in series if each.x]
    metric = str(rows["metric"].iloc[0])
    return Panel(model, "point", shown, y_title=f"{metric}, validation")


def _best_so_far(model: str, complete: pd.DataFrame, last: int) -> Series:
    """From the first complete point to the last one of all."""
    ordered = complete.sort_values("point")
    x, best = ordered["point"].tolist(), list(accumulate(ordered["value"].tolist(), max))
    return Series("step", [*x, last] if x else [], [*best, *best[-1:]], model)
