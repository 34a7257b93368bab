"""How series are drawn on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

from plotly import graph_objects as go

from siger_pipeline.reporting.charts.chart import HATCHES, Look, Panel, Series
from siger_pipeline.reporting.charts.text import wrapped
from siger_pipeline.reporting.colours import colour, marker
from siger_pipeline.reporting.style import PALETTE, SUM, escaped

BAND = "rgba(128, 128, 128, 0.35)"
KEY_WIDTH = 44  # characters in a line of the key: a phone's width
SUFFIX: dict[Look, str] = {"open": "-open", "dotted": "-open-dot"}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def traces(panel: Panel) -> Iterator[Any]:
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
        name="<br>".join(map(escaped, wrapped(series.label, KEY_WIDTH))),
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
        name="<br>".join(map(escaped, wrapped(series.label, KEY_WIDTH))),
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


def entry(look: Look, label: str) -> go.Scatter:
    """An entry of the legend that belongs to no model."""
    name = "<br>".join(map(escaped, wrapped(label, KEY_WIDTH)))
    trace = go.Scatter(x=[None], y=[None], name=name, mode="markers", marker=_mark(look, ""))
    if look == "band":
        return trace.update(mode="lines", line={"color": BAND, "width": 7})
    if look == "step":
        return trace.update(mode="lines", line={"color": SUM, "width": 1.4, "shape": "hv"})
    return trace
