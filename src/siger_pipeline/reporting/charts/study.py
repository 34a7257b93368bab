"""The chart of a study: which one it is follows from what the study varies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from siger_pipeline.reporting.charts.chart import Chart, Panel
from siger_pipeline.reporting.charts.corrected import corrected_panels, correctors_of
from siger_pipeline.reporting.charts.lines import Parameter, parameter_panels
from siger_pipeline.reporting.charts.means import (
    Slice,
    failed_note,
    fusion_note,
    seeds_note,
    slices,
)
from siger_pipeline.reporting.charts.rows import Keys, compared_rows, published_key, rows_panel


def study_chart(
    table: pd.DataFrame, title: str, varied: Mapping[str, Mapping[str, Any]] | None = None
) -> Chart:
    """A line for each numeric parameter that is varied; else a row for each model or variant.

    Args:
        table: of `studies.table.tidy_table`, with groups, correctors and failed trials or without.
        title: of the study, before a colon, and what it shows.
        varied: dotted key of each parameter of `grid` and `each` -> `values`, by trial, and
            `configured`, its value without the study, if there is one.
    """
    shown = slices(table)
    name, _, description = title.partition(": ")
    notes = [seeds_note(shown), fusion_note(table), failed_note(table)]
    if not shown:
        notes.append("No trial has a metric to draw.")
        return Chart(name, description, [*filter(None, notes)], ())
    parameters = [_parameter(key, of, table) for key, of in (varied or {}).items()]
    of_lines = shown if shown[-1].title else shown[:1]
    panels = [panel for one in of_lines for panel in parameter_panels(one, parameters)]
    if any(panel.series for panel in panels):
        drawn = [panel for panel in panels if panel.series]
        notes += [_beside_lines(of_lines[0], drawn), _configured(drawn)]
        said = [*filter(None, notes)]
        return Chart(name, description, said, drawn, published_key(drawn))
    panels, key = _panels_of_rows(shown, table)
    return Chart(name, description, [*filter(None, notes)], panels, [*key, *published_key(panels)])


def _panels_of_rows(shown: Sequence[Slice], table: pd.DataFrame) -> tuple[list[Panel], Keys]:
    values = {key: mean.value for key, mean in shown[0].means.items()}
    if correctors := correctors_of(table):
        return corrected_panels(shown, values, correctors)
    rows, key = compared_rows(list(shown[0].means), values)
    return [rows_panel(one, rows) for one in shown], key


def _parameter(name: str, of: Mapping[str, Any], table: pd.DataFrame) -> Parameter:
    trials = table[["trial", "model", "variant"]].drop_duplicates().itertuples(index=False)
    values = {(model, v): of["values"][t] for t, model, v in trials if t in of["values"]}
    return Parameter(name, values, of["configured"])


def _configured(panels: Sequence[Panel]) -> str:
    return "Dotted: as configured." if any(panel.at is not None for panel in panels) else ""


def _beside_lines(of: Slice, panels: Sequence[Panel]) -> str:
    """The values of models and variants that are on no line."""
    drawn = {(s.model, y) for p in panels for s in p.series if s.look == "line" for y in s.y}
    left = [
        f"{', '.join(filter(None, key))} {mean.value:.4f}"
        for key, mean in of.means.items()
        if (key[0], mean.value) not in drawn
    ]
    return f"On no line: {'; '.join(left)}." if left else ""
