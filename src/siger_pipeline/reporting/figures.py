"""Plotly figures of the page: the run beside others, its groups, and degree distributions."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

from plotly import graph_objects as go

from siger_pipeline.reporting.colours import KNOWN, colour, pale
from siger_pipeline.reporting.labels import graph_label
from siger_pipeline.reporting.paper import name_in_paper
from siger_pipeline.reporting.style import CLEAR, GRID, INK, PALETTE, escaped
from siger_pipeline.reporting.tables import Report, group_rows, headline

BAR, HEAD = 26, 90  # pixels: of a bar with its gap, and of axes and margins
HEIGHT = 320  # pixels
ENTRY_HEIGHT = 12  # of a legend's entry, pixels: there are two in a row on a phone
OUTLINE = 1.5  # of a published figure, pixels
OWN = " (this run)"  # after the name of the trial
NO_LINE = {"width": 0}
UNITS = {"users": "training interactions of a user", "items": "training interactions of an item"}
IN_DEGREE = "items that an item is a neighbour of"


def comparison(report: Report) -> go.Figure:
    """The run beside the floors and the paper's models at test, by the last headline recall.

    Each in its model's colour: filled what was measured here, in outline what was published.
    """
    metric = main_metrics(report["metrics"]["test"])[0]
    shown = _rivals(report, metric)
    trace = go.Bar(
        x=[value for _, value, _, _ in shown],
        y=[escaped(label) for label, *_ in shown],
        marker={
            "color": [of if filled else CLEAR for *_, of, filled in shown],
            "line": {"color": [of for *_, of, _ in shown], "width": OUTLINE},
        },
        orientation="h",
        text=[f"{value:.4f}" for _, value, _, _ in shown],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure = framed(go.Figure(trace), HEAD + BAR * len(shown))
    figure.update_layout(margin={"r": 52}, bargap=0.3)
    figure.update_yaxes(automargin=True, type="category", showgrid=False, ticksuffix=" ")
    return figure.update_xaxes(title=f"{escaped(metric)}, test", rangemode="tozero")


def comparison_title(report: Report) -> str:
    """How many of the floors and of the published figures the run is above."""
    test = report["metrics"]["test"]
    metric = main_metrics(test)[0]
    others = [value for label, value, *_ in _rivals(report, metric) if not label.endswith(OWN)]
    below = sum(value < test[metric] for value in others)
    kinds = "floors and published models" if report["paper"]["figures"] else "floors"
    trial = report["provenance"]["trial"]
    return f"{metric} at test: {trial} is above {below} of {len(others)} {kinds}"


def _rivals(report: Report, metric: str) -> list[tuple[str, float, str, bool]]:
    """Label, figure and colour of the bars, and whether they are filled; the best last."""
    origin, own = report["provenance"], report["metrics"]["test"][metric]
    bars = [
        (f"{name} (paper)", v.get(metric), colour_of_published(name), False)
        for name, v in report["paper"]["figures"].items()
    ]
    bars += [
        (f"{name} (floor)", v["test"].get(metric), colour(name), True)
        for name, v in report["floors"].items()
    ]
    bars.append((f"{origin['trial']}{OWN}", own, colour(origin["model"]), True))
    return sorted((bar for bar in bars if bar[1] is not None), key=lambda bar: (bar[1], bar[0]))


def groups_title(report: Report, group_by: str) -> str:
    """The main metric in the first group and in the last."""
    rows = group_rows(report, group_by)
    metric = main_metrics({row["metric"]: 0 for row in rows})[0]
    chosen = [row for row in rows if row["metric"] == metric]
    ends = (f"{row['value']:.3f} for {row['group'].partition(' ')[0]}" for row in chosen)
    first, *others = ends
    return f"{metric} goes from {first} to {others[-1]}" if others else f"{metric} is {first}"


def colour_of_published(name: str) -> str:
    """The colour of a model by its name in the paper."""
    return colour(name_in_paper(name, KNOWN) or name)


def groups(report: Report, group_by: str, of: str) -> go.Figure:
    """The main metrics at test, a cluster of bars a group.

    Args:
        report: of `summary.summarise`.
        group_by: `user_activity` or `item_popularity`.
        of: label of the axis: what is grouped, and by what.
    """
    rows = group_rows(report, group_by)
    of_model = colour(report["provenance"]["model"])
    figure = go.Figure()
    for n, metric in enumerate(main_metrics({row["metric"]: 0 for row in rows})):
        chosen = [row for row in rows if row["metric"] == metric]
        bars = go.Bar(
            x=[escaped(row["group"]).replace(" (", "<br>(") for row in chosen],
            y=[row["value"] for row in chosen],
            name=escaped(metric),
            marker={"color": pale(of_model) if n else of_model, "line": NO_LINE},
        )
        figure.add_trace(bars)
    figure.update_xaxes(title=of, type="category")
    return framed(figure, HEIGHT).update_yaxes(rangemode="tozero")


def degrees(distribution: Mapping[str, Any]) -> go.Figure:
    """A distribution of `graphs.distribution`.

    A curve alone on linear axes: members of a bin. Else: members of a bin per degree, over all
    members, at the geometric mean of its ends, since logarithmic bins widen; empty bins are left
    out.
    """
    curves, of = distribution["curves"], distribution["of"]
    shares = distribution["log"] or len(curves) > 1
    members = "users" if of == "users" else "items"
    figure = go.Figure()
    for n, curve in enumerate(curves):
        figure.add_trace((_points if shares else _bars)(curve, PALETTE[n % len(PALETTE)]))
    figure.update_xaxes(title=UNITS.get(of, IN_DEGREE))
    figure.update_yaxes(title=f"share of {members} per step of degree" if shares else members)
    if distribution["log"]:
        figure.update_xaxes(type="log", dtick=1, exponentformat="none")
        figure.update_yaxes(type="log", dtick=1, exponentformat="power")
    several = len(curves) > 1
    height = HEIGHT + several * ENTRY_HEIGHT * len(curves)
    return framed(figure, height).update_layout(showlegend=several)


def main_metrics(figures: Mapping[str, Any]) -> list[str]:
    """Of the headline metrics those of the longest lists, recall first."""
    names = headline(figures)
    longest = max((int(name.partition("@")[2]) for name in names), default=0)
    return [name for name in names if name.endswith(f"@{longest}")]


def _points(curve: Mapping[str, Any], colour: str) -> go.Scatter:
    filled = [bin_ for bin_ in curve["bins"] if bin_[2]]
    return go.Scatter(
        x=[sqrt(low * high) for low, high, _ in filled],
        y=[count / (high - low + 1) / curve["members"] for low, high, count in filled],
        name=escaped(graph_label(curve["name"])),
        mode="lines+markers",
        marker={"color": colour, "size": 6},
        line={"color": colour, "width": 1.4},
    )


def _bars(curve: Mapping[str, Any], colour: str) -> go.Bar:
    return go.Bar(
        x=[(low + high) / 2 for low, high, _ in curve["bins"]],
        y=[count for _, _, count in curve["bins"]],
        width=[0.9 * (high - low + 1) for low, high, _ in curve["bins"]],
        name=escaped(graph_label(curve["name"])),
        marker={"color": colour, "line": NO_LINE},
    )


def framed(figure: go.Figure, height: int) -> go.Figure:
    """A figure of this height in the looks of the page."""
    figure.update_layout(
        template="plotly_white",
        font={"size": 12, "color": INK},
        height=height,
        margin={"l": 52, "r": 12, "t": 16, "b": 48},
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "bgcolor": CLEAR,
            "entrywidth": 112,
        },
    )
    figure.update_xaxes(gridcolor=GRID, zerolinecolor=GRID)
    return figure.update_yaxes(gridcolor=GRID, zerolinecolor=GRID)
