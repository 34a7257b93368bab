"""Charts as Plotly figures, for pages and Kedro-Viz: panels below each other, for phones too."""

from __future__ import annotations

from typing import Any

from plotly import graph_objects as go

from siger_pipeline.reporting.charts.chart import Chart, Panel
from siger_pipeline.reporting.charts.embedded import HEAD, NOTES
from siger_pipeline.reporting.charts.page_marks import KEY_WIDTH, entry, traces
from siger_pipeline.reporting.charts.text import wrapped
from siger_pipeline.reporting.style import (
    CLEAR,
    GRID,
    INK,
    NOTE_WIDTH,
    SUM,
    escaped,
    heading,
    heading_height,
)

LABEL_WIDTH = 24  # characters in a line of a row's label
ROW, LINE = 22, 14  # pixels of a row with one line, and of each further one
NUMERIC = 240  # pixels of a panel without rows
ABOVE, BELOW = 26, 54  # pixels: a panel's title, and its ticks and the title of its axis
KEY_LINE = 19  # pixels
MARGIN = {"l": 44, "r": 10, "t": 16, "b": 8}


def plotly_figure(chart: Chart) -> go.Figure:
    """A chart as a figure whose height follows from what is in it.

    Args:
        chart: what is drawn. A chart without panels is its title alone.
    """
    said = [*filter(None, [chart.description]), *chart.notes]
    notes = [line for note in said for line in wrapped(note, NOTE_WIDTH)]
    head = heading_height(len(notes)) - ABOVE
    heights = [_above(panel) + _height(panel) + BELOW for panel in chart.panels]
    total = head + sum(heights) + KEY_LINE * _key_lines(chart)
    figure = go.Figure()
    top = float(head)
    for n, (panel, height) in enumerate(zip(chart.panels, heights, strict=True), start=1):
        _add_panel(figure, panel, n, (top + _above(panel), top + height - BELOW), total)
        top += height
    figure.add_traces([entry(look, label) for look, label in chart.key])
    _lay_out(figure, heading(chart.title, notes), total)
    if chart.panels:
        figure.update_layout(meta={HEAD: head, NOTES: list(chart.notes)})
    return figure.update_layout(legend={"y": 1 - top / total, "yanchor": "top"})


def _lay_out(figure: go.Figure, title: str, total: float) -> None:
    position = {"x": 0.02, "yref": "paper", "y": 1, "yanchor": "top"}
    figure.update_layout(
        title={"text": title, **position, "font": {"size": 17}},
        template="plotly_white",
        font={"size": 12, "color": INK},
        height=total + MARGIN["t"] + MARGIN["b"],
        margin=MARGIN,
        barmode="group",
        legend={"x": 0, "bgcolor": CLEAR, "font": {"size": 11}, "traceorder": "normal"},
        showlegend=True,
    )
    figure.update_xaxes(gridcolor=GRID, zeroline=False)
    figure.update_yaxes(gridcolor=GRID, zeroline=False)


def _above(panel: Panel) -> int:
    return ABOVE if panel.title else ABOVE // 2


def _height(panel: Panel) -> int:
    if not panel.rows:
        return NUMERIC
    lines = max(len(wrapped(row, LABEL_WIDTH)) for row in panel.rows)
    return len(panel.rows) * (ROW + LINE * (lines - 1))


def _key_lines(chart: Chart) -> int:
    labels = [label for _, label in chart.key]
    labels += [series.label for panel in chart.panels for series in panel.series if series.label]
    return sum(len(wrapped(label, KEY_WIDTH)) for label in labels) + 1


def _add_panel(
    figure: go.Figure, panel: Panel, n: int, edges: tuple[float, float], total: float
) -> None:
    """Draw a panel between two heights, in pixels from the top."""
    x, y = (f"{axis}{n if n > 1 else ''}" for axis in "xy")
    top, bottom = (1 - edge / total for edge in edges)
    figure.update_layout(
        {
            f"xaxis{x[1:]}": {**_x_axis(panel), "anchor": y},
            f"yaxis{y[1:]}": {**_y_axis(panel), "anchor": x, "domain": [bottom, top]},
        }
    )
    figure.add_traces([trace.update(xaxis=x, yaxis=y) for trace in traces(panel)])
    if panel.title:
        text, above = f"<b>{escaped(panel.title)}</b>", {"yshift": 3, "yanchor": "bottom"}
        at = {"xref": "paper", "yref": "paper", "x": 0, "y": top, "xanchor": "left"}
        figure.add_annotation(text=text, showarrow=False, font={"size": 13}, **at, **above)
    if panel.at is not None:
        line = {"color": SUM, "width": 1.5, "dash": "dot"}
        ends = {"x0": panel.at, "x1": panel.at, "y0": 0, "y1": 1}
        figure.add_shape(type="line", xref=x, yref=f"{y} domain", line=line, layer="below", **ends)


def _x_axis(panel: Panel) -> dict[str, Any]:
    axis: dict[str, Any] = {"title": {"text": escaped(panel.x_title), "standoff": 4}}
    if panel.ticks:
        axis |= {"tickvals": list(panel.ticks), "ticktext": [f"{tick:g}" for tick in panel.ticks]}
    return axis | ({"type": "log"} if panel.log else {})


def _y_axis(panel: Panel) -> dict[str, Any]:
    if not panel.rows:
        title = {"title": {"text": escaped(panel.y_title), "standoff": 4}, "automargin": True}
        return title | ({"tickformat": ".0%", "rangemode": "tozero"} if panel.percent else {})
    labels = ["<br>".join(map(escaped, wrapped(row, LABEL_WIDTH))) for row in panel.rows]
    ticks = {"tickvals": list(range(len(labels))), "ticktext": labels, "ticksuffix": " "}
    return {**ticks, "range": [len(labels) - 0.5, -0.5], "automargin": True}
