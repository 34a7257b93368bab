"""The chart of the differences of a study to its baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from siger_pipeline.reporting.charts.chart import Chart, Look, Panel, Series
from siger_pipeline.reporting.charts.rows import compared_labels
from siger_pipeline.reporting.figures import main_metrics

VERDICTS: Mapping[Look, str] = {
    "filled": "differs",
    "open": "a tie: no more than between seeds",
    "dotted": "not shown to differ",
}


def differences_chart(tests: pd.DataFrame, title: str) -> Chart:
    """The difference of each row to the baseline, with its bootstrap interval and its verdict.

    Args:
        tests: of `studies.comparisons.comparison_table`.
        title: of the study, before a colon, and what it shows.
    """
    tests = tests.assign(name=tests["metric"] + "@" + tests["k"].astype("str"))
    metrics = main_metrics(dict.fromkeys(tests["name"], 0))
    keys = _ordered(tests, metrics[0])
    rows = dict(zip(keys, compared_labels(keys), strict=True))
    panels = [_panel(name, tests[tests["name"] == name], rows) for name in metrics]
    looks = [series.look for panel in panels for series in panel.series]
    one = tests.iloc[0]
    bars = f"Bars: {1 - one['level']:.0%} bootstrap intervals over {one['users']:,} users."
    key = [(look, label) for look, label in VERDICTS.items() if look in looks]
    name = title.partition(": ")[0]
    return Chart(name, "Differences to the baseline", [bars], panels, key)


def _ordered(tests: pd.DataFrame, metric: str) -> list[tuple[str, str]]:
    """Models from the best to the worst; variants of one model as in the study."""
    if tests["model"].nunique() > 1:
        first = tests[tests["name"] == metric]
        largest = first.sort_values("difference", ascending=False, kind="stable")
        tests = pd.concat([largest, tests])
    return list(dict.fromkeys(zip(tests["model"], tests["variant"], strict=True)))


def _panel(metric: str, tests: pd.DataFrame, rows: Mapping[tuple[str, str], str]) -> Panel:
    places = {key: y for y, key in enumerate(rows)}
    series = [
        Series(
            _verdict(one),
            [one["difference"]],
            [places[one["model"], one["variant"]]],
            one["model"],
            [one["low"]],
            [one["high"]],
        )
        for one in tests.to_dict("records")
    ]
    baseline = ", ".join(filter(None, tests[["baseline_model", "baseline_variant"]].iloc[0]))
    return Panel(
        "",
        f"{metric}, test: difference to {baseline}",
        series,
        rows=list(rows.values()),
        at=0.0,
    )


def _verdict(one: Mapping[Any, Any]) -> Look:
    if one["tie"]:
        return "open"
    return "filled" if one["significant"] else "dotted"
