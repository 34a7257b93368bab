"""Plots of the results, as SVG that looks the same for the same figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from benchmarks.results import Row
from benchmarks.slopes import Series
from benchmarks.tables import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OURS, AIM, INK, FAINT = "#0b6e99", "#c2410c", "#222222", "#d9d9d9"
OTHERS = ("#b8bcc2", "#8d939c", "#6b7079")
BAR, GROUP_GAP = 0.8, 0.7
DECADE = 10.0
Colour: TypeAlias = tuple[float, float, float]
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "font.family": "DejaVu Sans",
    "svg.hashsalt": "siger-pipeline",
    "svg.fonttype": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def speed_plot(rows: Sequence[Row], heading: str, path: Path) -> None:
    """A bar a measured job on a logarithmic axis, aims as marks, alternatives under ours."""
    from matplotlib import pyplot as plt

    timed = [row for row in rows if row.measured]
    if not timed:
        return
    bars = sum(1 + len(row.alternatives) for row in timed)
    height = 1.5 + 0.23 * bars + 0.16 * len(timed)
    with plt.rc_context(STYLE):
        drawing, axes = plt.subplots(figsize=(9, height), layout="constrained")
        place, ticks = 0.0, []
        for row in timed:
            ticks.append(place)
            place = _bars(axes, row, place)
        axes.set_yticks(ticks, [row.title for row in timed])
        axes.set_ylim(place - GROUP_GAP / 2, -BAR)
        _seconds_axis(axes, timed)
        _title(drawing, "Seconds, medians; a mark is the aim; * extrapolated from a part", heading)
        _write(drawing, path)


def _bars(axes: "Axes", row: Row, place: float) -> float:
    assert row.measured is not None
    for number, job in enumerate((row.measured, *row.alternatives)):
        colour = OURS if number == 0 else OTHERS[(number - 1) % len(OTHERS)]
        axes.barh(place, job.median, height=BAR, color=colour)
        seconds = figure(job.median, "s") + ("*" if job.share < 1 else "")
        name = f"{job.label}, " if number else ""
        aim = row.aim if number == 0 and row.aim is not None else 0.0
        if aim:
            axes.plot([aim] * 2, [place - 0.55, place + 0.55], color=AIM, linewidth=2)
        end = max(job.median, aim) * 1.1
        axes.text(end, place, name + seconds, va="center", fontsize=8)
        place += 1.0
    return place + GROUP_GAP


def _seconds_axis(axes: "Axes", rows: Sequence[Row]) -> None:
    jobs = [job for row in rows if row.measured for job in (row.measured, *row.alternatives)]
    figures = [job.median for job in jobs] + [row.aim for row in rows if row.aim]
    axes.set_xscale("log")
    axes.set_xlim(min(figures) / 2, max(figures) * 12)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def growth_plot(series: Sequence[Series], heading: str, path: Path) -> None:
    """Seconds and peak memory of each stage against size, slopes at the lines' ends."""
    from matplotlib import pyplot as plt

    with plt.rc_context(STYLE):
        drawing, panels = plt.subplots(2, 2, figsize=(10.5, 7.5), layout="constrained")
        for row, by in enumerate(("interactions", "items")):
            chosen = [one for one in series if one.by == by]
            _growth(panels[row, 0], chosen, "seconds", f"seconds, by {by}")
            _growth(panels[row, 1], chosen, "mib", f"peak memory, MiB, by {by}")
        _title(drawing, "Growth; the number is the slope between logarithms", heading)
        _write(drawing, path)


def _growth(axes: "Axes", series: Sequence[Series], kind: str, label: str) -> None:
    from matplotlib import pyplot as plt

    colours = plt.get_cmap("tab10").colors  # type: ignore[attr-defined]
    ends: list[tuple[float, str, Colour]] = []
    for colour, one in zip(colours, series, strict=False):
        values = one.seconds if kind == "seconds" else one.mib
        axes.loglog(one.sizes, values, marker="o", markersize=3.5, color=colour, linewidth=1.4)
        slope = f" {one.slope:.2f}" if kind == "seconds" and one.slope is not None else ""
        ends.append((float(values[-1]), f"{one.stage}{slope}", colour))
    axes.set_title(label, loc="left", fontsize=9)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    _plain_numbers(axes)
    _names_at_ends(axes, ends, max((size for one in series for size in one.sizes), default=1.0))


def _plain_numbers(axes: "Axes") -> None:
    """No powers of ten for values; within a decade the marks between have numbers, too."""
    low, high = axes.get_ylim()
    axes.yaxis.set_major_formatter("{x:,g}")
    axes.yaxis.set_minor_formatter("{x:,g}" if high / low < DECADE else "")


def _names_at_ends(axes: "Axes", ends: Sequence[tuple[float, str, Colour]], right: float) -> None:
    """The series' names, moved apart where they would lie on each other."""
    low, high = np.log10(axes.get_ylim())
    order = sorted(ends)
    places = apart([float(np.log10(value)) for value, *_ in order], (high - low) * 0.062, high)
    for place, (_, name, colour) in zip(places, order, strict=True):
        axes.text(right * 1.15, 10**place, name, color=colour, va="center", fontsize=8)


def apart(places: Sequence[float], least: float, highest: float) -> list[float]:
    """Ascending places moved so that neighbours are ``least`` apart, the last one not too high."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + least) if moved else place)
    top = highest
    for number in reversed(range(len(moved))):
        moved[number] = min(moved[number], top)
        top = moved[number] - least
    return moved


def _title(drawing: "Figure", text: str, heading: str) -> None:
    drawing.suptitle(f"{text}\n{heading}", x=0.01, ha="left", fontsize=9.5)


def _write(drawing: "Figure", path: Path) -> None:
    from matplotlib import pyplot as plt

    path.parent.mkdir(parents=True, exist_ok=True)
    drawing.savefig(path, metadata={"Date": None})
    plt.close(drawing)
