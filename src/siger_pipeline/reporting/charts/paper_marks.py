"""How series are drawn on paper."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from siger_pipeline.reporting.charts.chart import HATCHES, Series
from siger_pipeline.reporting.colours import colour, marker
from siger_pipeline.reporting.style import PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, GREY, PALE = "#222222", "#555555", "#C8C8C8"
SHAPES = {
    "circle": "o",
    "square": "s",
    "triangle-up": "^",
    "triangle-down": "v",
    "triangle-left": "<",
    "triangle-right": ">",
    "cross": "P",
    "x": "X",
    "star": "*",
    "hexagon": "h",
}
DASHES: Sequence[Any] = ("-", "--", ":", "-.", (0, (8, 2)))


def draw_series(ax: Axes, series: Series, number: int, *, along_x: bool) -> None:
    """Draw points, lines and error bars; `number` counts the lines of the model before it."""
    own = colour(series.model) if series.model else GREY
    x, y = list(series.x), list(series.y)
    if series.look == "link":
        ax.plot(x, y, color=GREY, linewidth=0.7, zorder=1.5)
    elif series.look == "step":
        ax.plot(x, y, color=own, linewidth=0.8, drawstyle="steps-post", zorder=1.5)
    elif series.look == "band":
        ax.hlines(y, list(series.low), list(series.high), color=PALE, linewidth=3, zorder=1.2)
        for ends in (series.low, series.high):
            ax.plot(list(ends), y, "|", color=GREY, markersize=4, markeredgewidth=0.6, zorder=1.3)
    else:
        joined = series.look == "line"
        dash = DASHES[number % len(DASHES)] if joined else ""
        ax.plot(x, y, linestyle=dash, color=own, linewidth=0.9, **mark_look(series, number))
        _draw_error(ax, series, own, along_x=along_x)


def _draw_error(ax: Axes, series: Series, own: str, *, along_x: bool) -> None:
    if not series.low or all(map(isnan, series.low)):
        return
    middle = np.array(series.x if along_x else series.y, dtype=float)
    ends = np.abs(np.array([series.low, series.high], dtype=float) - middle)
    error = {"xerr" if along_x else "yerr": np.nan_to_num(ends)}
    look: dict[str, Any] = {"fmt": "none", "ecolor": own, "elinewidth": 0.8, "capsize": 1.5}
    ax.errorbar(list(series.x), list(series.y), **error, **look, capthick=0.8, zorder=1.8)


def mark_look(series: Series, number: int = 0) -> dict[str, Any]:
    """The mark of points: filled, hollow, or hollow with a dot in it."""
    own = colour(series.model) if series.model else GREY
    if series.look == "paper":
        return {**_hollow("D", INK), "markersize": 5.5, "zorder": 1.4}
    if series.look == "failed":
        return {"marker": "x", "markeredgecolor": INK, "markersize": 4, "zorder": 2}
    shape = SHAPES[marker(series.model)] if series.model else "o"
    size = 6 if shape == "*" else 3.8
    if series.look == "open" or (series.look == "line" and number % 2):
        return {**_hollow(shape, own), "markersize": size, "zorder": 2}
    if series.look == "dotted":
        half = {"fillstyle": "left", "markerfacecoloralt": "white"}
        return {**_hollow(shape, own), **half, "markerfacecolor": own, "markersize": size}
    return {"marker": shape, "markerfacecolor": own, "markeredgecolor": own, "markersize": size}


def _hollow(shape: str, own: str) -> dict[str, Any]:
    edge = {"markeredgecolor": own, "markeredgewidth": 0.8}
    return {"marker": shape, "markerfacecolor": "white", **edge}


def draw_bars(ax: Axes, series: Series, n: int, count: int) -> None:
    """Draw the n-th of some series of bars."""
    width = 0.8 / count
    x = np.array(series.x, dtype=float) + (n - (count - 1) / 2) * width
    ax.bar(x, list(series.y), width, **bar_look(n))


def bar_look(n: int) -> dict[str, Any]:
    """Colour and hatch of the n-th series of bars."""
    look = {"hatch": HATCHES[n % len(HATCHES)] * 4, "edgecolor": INK, "linewidth": 0.4}
    return {"facecolor": PALETTE[n % len(PALETTE)], **look}
