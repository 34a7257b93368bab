"""Charts as Plotly figures, for pages and Kedro-Viz: panels below each other, for phones too."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

from plotly import graph_objects as go

from siger_pipeline.reporting.charts.chart import HATCHES, Chart, Look, Panel, Series
from siger_pipeline.reporting.colours import colour, marker
from siger_pipeline.reporting.plots import (
    CLEAR,
    GRID,
    INK,
    NOTE_WIDTH,
    PALETTE,
    SUM,
    escaped,
    heading,
    heading_height,
)

BAND = "rgba(128, 128, 128, 0.35)"
LABEL_WIDTH = 24  # characters in a line of a row's label
KEY_WIDTH = 44  # characters in a line of the key: a phone's width
ROW, LINE = 22, 14  # pixels of a row with one line, and of each further one
NUMERIC = 240  # pixels of a panel without rows
ABOVE, BELOW = 26, 54  # pixels: a panel's title, and its ticks and the title of its axis
KEY_LINE = 19  # pixels
MARGIN = {"l": 44, "r": 10, "t": 16, "b": 8}
SUFFIX: dict[Look, str] = {"open": "-open", "dotted": "-open-dot"}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def plotly_figure(chart: Chart) -> go.Figure:
    """A chart as a figure whose height follows from what is in it.

    Args:
        chart: what is drawn. A chart without panels is its title alone.
    """
    said = [*filter(None, [chart.description]), *chart.notes]
    notes = [line for note in said for line in _wrapped(note, NOTE_WIDTH)]
    head = heading_height(len(notes)) - ABOVE
    heights = [_above(panel) + _height(panel) + BELOW for panel in chart.panels]
    total = head + sum(heights) + KEY_LINE * _key_lines(chart)
    figure = go.Figure()
    top = float(head)
    for n, (panel, height) in enumerate(zip(chart.panels, heights, strict=True), start=1):
        _add_panel(figure, panel, n, (top + _above(panel), top + height - BELOW), total)
        top += height
    figure.add_traces([_entry(look, label) for look, label in chart.key])
    _lay_out(figure, heading(chart.title, notes), total)
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
    lines = max(len(_wrapped(row, LABEL_WIDTH)) for row in panel.rows)
    return len(panel.rows) * (ROW + LINE * (lines - 1))


def _key_lines(chart: Chart) -> int:
    labels = [label for _, label in chart.key]
    labels += [series.label for panel in chart.panels for series in panel.series if series.label]
    return sum(len(_wrapped(label, KEY_WIDTH)) for label in labels) + 1


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
    figure.add_traces([trace.update(xaxis=x, yaxis=y) for trace in _traces(panel)])
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
    labels = ["<br>".join(map(escaped, _wrapped(row, LABEL_WIDTH))) for row in panel.rows]
    ticks = {"tickvals": list(range(len(labels))), "ticktext": labels, "ticksuffix": " "}
    return {**ticks, "range": [len(labels) - 0.5, -0.5], "automargin": True}


def _traces(panel: Panel) -> Iterator[Any]:
    """What is drawn of each series; lines of one model differ in their dashes."""
    lines: dict[str, int] = {}
    for n, series in enumerate(panel.series):
        if series.look == "bars":
            yield _bars(series, n)
        elif series.look == "band":
            yield from _band(series)
        else:
            number = lines.setdefault(series.model, 0)
            lines[series.model] += series.look == "line"
            yield _points(series, number, panel)


def _points(series: Series, number: int, panel: Panel) -> go.Scatter:
    mode = {"link": "lines", "step": "lines", "line": "lines+markers"}.get(series.look, "markers")
    own = colour(series.model) if series.model else SUM
    line = {"color": own if series.look != "link" else SUM, "width": 1.8}
    if series.look == "step":
        line |= {"shape": "hv", "width": 1.4}
    if series.look == "line":
        line |= {"dash": DASHES[number % len(DASHES)]}
    trace = go.Scatter(
        x=list(series.x),
        y=list(series.y),
        mode=mode,
        name="<br>".join(map(escaped, _wrapped(series.label, KEY_WIDTH))),
        showlegend=bool(series.label),
        line=line,
        marker=_mark(series.look, series.model, open_line=bool(number % 2)),
        **_hover(series, panel),
    )
    if series.low and not all(map(isnan, series.low)):
        along, middle = ("error_x", series.x) if panel.rows else ("error_y", series.y)
        trace.update({along: _error(series, middle, own)})
    return trace


def _mark(look: Look, model: str, *, open_line: bool = False) -> dict[str, Any]:
    own = colour(model) if model else SUM
    if look == "paper":
        return {"symbol": "diamond-open", "size": 13, "color": SUM, "line": {"width": 1.5}}
    if look == "failed":
        return {"symbol": "x-thin", "size": 8, "line": {"color": SUM, "width": 2}}
    shape = marker(model) if model else "circle"
    suffix = SUFFIX.get(look, "-open" if look == "line" and open_line else "")
    size = 12 if shape == "star" else 9
    line = {"width": 1.5, "color": own}
    return {"symbol": f"{shape}{suffix}", "size": size, "color": own, "line": line}


def _hover(series: Series, panel: Panel) -> dict[str, Any]:
    if series.look in ("link", "step"):
        return {"hoverinfo": "skip"}
    who = "the paper" if series.look == "paper" else series.label or series.model
    if panel.rows:
        names = [escaped(panel.rows[int(y)]) for y in series.y]
        more = ", the paper" if series.look == "paper" else ""
        return {"text": names, "hovertemplate": f"%{{text}}{more}: %{{x:.4f}}<extra></extra>"}
    return {"hovertemplate": f"{escaped(who)}, %{{x}}: %{{y:.4f}}<extra></extra>"}


def _error(series: Series, middle: Sequence[float], own: str) -> dict[str, Any]:
    ends = list(zip(middle, series.low, series.high, strict=True))
    return {
        "array": [None if isnan(high) else high - at for at, _, high in ends],
        "arrayminus": [None if isnan(low) else at - low for at, low, _ in ends],
        "color": own,
        "thickness": 1.4,
        "width": 4,
    }


def _bars(series: Series, n: int) -> go.Bar:
    pattern = {"shape": HATCHES[n % len(HATCHES)], "solidity": 0.3}
    look = {"color": PALETTE[n % len(PALETTE)], "pattern": pattern, "line": {"color": SUM}}
    return go.Bar(
        x=list(series.x),
        y=list(series.y),
        name="<br>".join(map(escaped, _wrapped(series.label, KEY_WIDTH))),
        marker=look,
        hovertemplate=f"{escaped(series.label)}, %{{x}}: %{{y:.1%}}<extra></extra>",
    )


def _band(series: Series) -> Iterator[go.Scatter]:
    """A pale line in each row, with an end mark at both ends: they may be the same."""
    for low, high, y in zip(series.low, series.high, series.y, strict=True):
        yield go.Scatter(
            x=[low, high],
            y=[y, y],
            mode="lines+markers",
            line={"color": BAND, "width": 7},
            marker={"symbol": "line-ns", "size": 6, "line": {"color": SUM, "width": 1.5}},
            showlegend=False,
            hovertemplate="public: %{x:.4f}<extra></extra>",
        )


def _entry(look: Look, label: str) -> go.Scatter:
    """An entry of the legend that belongs to no model."""
    name = "<br>".join(map(escaped, _wrapped(label, KEY_WIDTH)))
    trace = go.Scatter(x=[None], y=[None], name=name, mode="markers", marker=_mark(look, ""))
    if look == "band":
        return trace.update(mode="lines", line={"color": BAND, "width": 7})
    if look == "step":
        return trace.update(mode="lines", line={"color": SUM, "width": 1.4, "shape": "hv"})
    return trace


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]
