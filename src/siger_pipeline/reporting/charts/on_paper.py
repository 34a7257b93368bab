"""Charts as PDF files of a column's width, for papers: vectors, text as text, same bytes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from io import BytesIO
from math import isnan
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, NullLocator, PercentFormatter

from siger_pipeline.reporting.charts.chart import HATCHES, Chart, Look, Panel, Series
from siger_pipeline.reporting.colours import colour, marker
from siger_pipeline.reporting.plots import PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 3.4  # inches: a column of a paper
ROW, LINE = 0.15, 0.09  # inches of a row with one line, and of each further one
NUMERIC, AROUND, KEY_LINE = 1.3, 0.55, 0.14  # inches
LABEL_WIDTH, TITLE_WIDTH, NOTE_WIDTH, KEY_WIDTH = 24, 28, 78, 32  # characters in a line
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
STYLE: Any = {
    "pdf.fonttype": 42,  # outlines that can be searched and edited; some publishers want no others
    "font.family": "DejaVu Sans",  # comes with Matplotlib: the same on every machine
    "font.size": 6.5,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "axes.linewidth": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlesize": 6.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.4,
    "hatch.linewidth": 0.4,
    "legend.frameon": False,
    "legend.fontsize": 6,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
}


def pdf(chart: Chart) -> bytes:
    """A chart as a PDF, without its title, which is a caption's; the same chart, the same bytes.

    Args:
        chart: what is drawn; its notes stand below it.
    """
    file = BytesIO()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        figure = draw(chart)
        FigureCanvasPdf(figure).print_pdf(file, metadata={"CreationDate": None})
    return file.getvalue()


def draw(chart: Chart) -> Figure:
    """The figure that a PDF is made of: two panels beside each other, labels of rows once."""
    columns = min(2, len(chart.panels)) or 1
    parts = [chart.panels[n : n + columns] for n in range(0, len(chart.panels), columns)]
    heights = [max(map(_height, part)) for part in parts]
    entries = _entries(chart)
    notes = [line for note in chart.notes for line in _wrapped(note, NOTE_WIDTH)]
    lines = [entry.get_label().count("\n") + 1 for entry in entries]
    half = (len(lines) + 1) // 2  # a legend of two columns fills the first one first
    below = KEY_LINE * (max(sum(lines[:half]), sum(lines[half:])) + len(notes) + 1)
    figure = Figure(figsize=(WIDTH, sum(heights) + below), layout="constrained")
    if parts:
        axes = figure.subplots(len(parts), columns, squeeze=False, height_ratios=heights)
        for ax in axes.ravel()[len(chart.panels) :]:
            ax.set_visible(False)
        for n, panel in enumerate(chart.panels):
            ax = axes[n // columns, n % columns]
            _draw_panel(ax, panel)
            if n % columns and panel.rows == chart.panels[n - 1].rows and panel.rows:
                ax.tick_params(labelleft=False)
    _draw_key(figure, entries, notes)
    return figure


def _draw_key(figure: Figure, entries: Sequence[Any], notes: Sequence[str]) -> None:
    if not entries and not notes:
        return
    legend = figure.legend(
        handles=entries,
        loc="outside lower left",
        ncols=2,
        title="\n".join(notes) or None,
        alignment="left",
        columnspacing=1,
    )
    legend.get_title().set_fontsize(5.5)


def _height(panel: Panel) -> float:
    """Inches of a panel with its titles."""
    titles = sum(len(_wrapped(title, TITLE_WIDTH)) for title in (panel.title, panel.x_title))
    around = AROUND + KEY_LINE * (titles - 2)
    if not panel.rows:
        return NUMERIC + around
    lines = max(len(_wrapped(row, LABEL_WIDTH)) for row in panel.rows)
    return len(panel.rows) * (ROW + LINE * (lines - 1)) + around


def _draw_panel(ax: Axes, panel: Panel) -> None:
    ax.set_title("\n".join(_wrapped(panel.title, TITLE_WIDTH)))
    ax.set_xlabel("\n".join(_wrapped(panel.x_title, TITLE_WIDTH)))
    if panel.at is not None:
        ax.axvline(panel.at, color=GREY, linestyle=":", linewidth=0.8, zorder=1)
    lines: dict[str, int] = {}
    bars = [series for series in panel.series if series.look == "bars"]
    for series in panel.series:
        number = lines.setdefault(series.model, 0)
        lines[series.model] += series.look == "line"
        if series.look != "bars":
            _draw_series(ax, series, number, along_x=bool(panel.rows))
    for n, series in enumerate(bars):
        _draw_bars(ax, series, n, len(bars))
    _scale(ax, panel)


def _scale(ax: Axes, panel: Panel) -> None:
    if panel.log:
        ax.set_xscale("log")
        ax.xaxis.set_minor_locator(NullLocator())
    if panel.ticks:
        ax.set_xticks(list(panel.ticks), [f"{tick:g}" for tick in panel.ticks])
    else:
        ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    if panel.percent:
        ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    if not panel.rows:
        ax.set_ylabel(panel.y_title)
        return
    labels = ["\n".join(_wrapped(row, LABEL_WIDTH)) for row in panel.rows]
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)


def _draw_series(ax: Axes, series: Series, number: int, *, along_x: bool) -> None:
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
        ax.plot(x, y, linestyle=dash, color=own, linewidth=0.9, **_mark(series, number))
        _draw_error(ax, series, own, along_x=along_x)


def _draw_error(ax: Axes, series: Series, own: str, *, along_x: bool) -> None:
    if not series.low or all(map(isnan, series.low)):
        return
    middle = np.array(series.x if along_x else series.y, dtype=float)
    ends = np.abs(np.array([series.low, series.high], dtype=float) - middle)
    error = {"xerr" if along_x else "yerr": np.nan_to_num(ends)}
    look: dict[str, Any] = {"fmt": "none", "ecolor": own, "elinewidth": 0.8, "capsize": 1.5}
    ax.errorbar(list(series.x), list(series.y), **error, **look, capthick=0.8, zorder=1.8)


def _mark(series: Series, number: int = 0) -> dict[str, Any]:
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


def _draw_bars(ax: Axes, series: Series, n: int, count: int) -> None:
    width = 0.8 / count
    x = np.array(series.x, dtype=float) + (n - (count - 1) / 2) * width
    ax.bar(x, list(series.y), width, **_bar(n))


def _bar(n: int) -> dict[str, Any]:
    look = {"hatch": HATCHES[n % len(HATCHES)] * 4, "edgecolor": INK, "linewidth": 0.4}
    return {"facecolor": PALETTE[n % len(PALETTE)], **look}


def _entries(chart: Chart) -> list[Any]:
    """What the key shows: looks that belong to no model, then the series with a label."""
    entries: list[Any] = [_neutral(look, label) for look, label in chart.key]
    for panel in chart.panels:
        lines: dict[str, int] = {}
        for n, series in enumerate(panel.series):
            number = lines.setdefault(series.model, 0)
            lines[series.model] += series.look == "line"
            label = "\n".join(_wrapped(series.label, KEY_WIDTH))
            if series.label and series.look == "bars":
                entries.append(Patch(label=label, **_bar(n)))
            elif series.label:
                own, dash = colour(series.model), DASHES[number % len(DASHES)]
                look = {"color": own, "linestyle": dash, "linewidth": 0.9}
                entries.append(Line2D([], [], label=label, **look, **_mark(series, number)))
    return entries


def _neutral(look: Look, label: str) -> Line2D:
    label = "\n".join(_wrapped(label, KEY_WIDTH))
    if look == "band":
        return Line2D([], [], color=PALE, linewidth=3, label=label)
    if look == "step":
        return Line2D([], [], color=GREY, linewidth=0.8, drawstyle="steps-post", label=label)
    return Line2D([], [], linestyle="", label=label, **_mark(Series(look, (), ())))


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]
