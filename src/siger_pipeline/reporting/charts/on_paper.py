"""Charts as PDF files of a column's width, for papers: vectors, text as text, same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, NullLocator, PercentFormatter

from siger_pipeline.reporting.charts.chart import Chart, Look, Panel, Series
from siger_pipeline.reporting.charts.paper_marks import (
    DASHES,
    GREY,
    PALE,
    bar_look,
    draw_bars,
    draw_series,
    mark_look,
)
from siger_pipeline.reporting.charts.text import wrapped
from siger_pipeline.reporting.colours import colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 3.4  # inches: a column of a paper
ROW, LINE = 0.15, 0.09  # inches of a row with one line, and of each further one
NUMERIC, AROUND, KEY_LINE = 1.3, 0.55, 0.14  # inches
LABEL_WIDTH, TITLE_WIDTH, NOTE_WIDTH, KEY_WIDTH = 24, 24, 78, 32  # characters in a line
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
    notes = [line for note in chart.notes for line in wrapped(note, NOTE_WIDTH)]
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
    titles = sum(len(wrapped(title, TITLE_WIDTH)) for title in (panel.title, panel.x_title))
    around = AROUND + KEY_LINE * (titles - 2)
    if not panel.rows:
        return NUMERIC + around
    lines = max(len(wrapped(row, LABEL_WIDTH)) for row in panel.rows)
    return len(panel.rows) * (ROW + LINE * (lines - 1)) + around


def _draw_panel(ax: Axes, panel: Panel) -> None:
    ax.set_title("\n".join(wrapped(panel.title, TITLE_WIDTH)))
    ax.set_xlabel("\n".join(wrapped(panel.x_title, TITLE_WIDTH)))
    if panel.at is not None:
        ax.axvline(panel.at, color=GREY, linestyle=":", linewidth=0.8, zorder=1)
    lines: dict[str, int] = {}
    bars = [series for series in panel.series if series.look == "bars"]
    for series in panel.series:
        number = lines.setdefault(series.model, 0)
        lines[series.model] += series.look == "line"
        if series.look != "bars":
            draw_series(ax, series, number, along_x=bool(panel.rows))
    for n, series in enumerate(bars):
        draw_bars(ax, series, n, len(bars))
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
    labels = ["\n".join(wrapped(row, LABEL_WIDTH)) for row in panel.rows]
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)


def _entries(chart: Chart) -> list[Any]:
    """What the key shows: looks that belong to no model, then the series with a label."""
    entries: list[Any] = [_neutral(look, label) for look, label in chart.key]
    for panel in chart.panels:
        lines: dict[str, int] = {}
        for n, series in enumerate(panel.series):
            number = lines.setdefault(series.model, 0)
            lines[series.model] += series.look == "line"
            label = "\n".join(wrapped(series.label, KEY_WIDTH))
            if series.label and series.look == "bars":
                entries.append(Patch(label=label, **bar_look(n)))
            elif series.label:
                own, dash = colour(series.model), DASHES[number % len(DASHES)]
                look = {"color": own, "linestyle": dash, "linewidth": 0.9}
                entries.append(Line2D([], [], label=label, **look, **mark_look(series, number)))
    return entries


def _neutral(look: Look, label: str) -> Line2D:
    label = "\n".join(wrapped(label, KEY_WIDTH))
    if look == "band":
        return Line2D([], [], color=PALE, linewidth=3, label=label)
    if look == "step":
        return Line2D([], [], color=GREY, linewidth=0.8, drawstyle="steps-post", label=label)
    return Line2D([], [], linestyle="", label=label, **mark_look(Series(look, (), ())))
