"""The plot of a data set: every model's trials in its colour, and what the paper reports of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plotly import graph_objects as go

from siger_pipeline.reporting.colours import KNOWN, colour, marker
from siger_pipeline.reporting.figures import BAR, HEAD, framed
from siger_pipeline.reporting.paper import Published, name_in_paper
from siger_pipeline.reporting.site.documents import Row
from siger_pipeline.reporting.style import escaped

PUBLISHED = "diamond-open"  # the shape of the paper's figures, whatever the model
SIZE = 10  # of a mark, pixels


def models_plot(rows: Sequence[Row], published: Published, metric: str) -> go.Figure:
    """A line a model, the best at the top: a mark a trial, and in outline what is published.

    Args:
        rows: trials and floors whose figures may stand side by side.
        published: the paper's comparison; models that have not run here have lines, too.
        metric: such as `recall@20`.
    """
    points = _measured(rows, metric)
    papers = {
        name_in_paper(name, [*points, *KNOWN]) or name: figures[metric]
        for name, figures in published.items()
        if metric in figures
    }
    order = sorted(
        {*points, *papers}, key=lambda m: (max(_values(points, m), default=papers.get(m, 0.0)), m)
    )
    figure = go.Figure()
    for model in order:
        names = [escaped(name) for name, _ in points.get(model, ())]
        figure.add_trace(_marks(model, _values(points, model), names, marker(model)))
        if model in papers:
            figure.add_trace(_marks(model, [papers[model]], ["the paper"], PUBLISHED))
    framed(figure, HEAD + BAR * len(order)).update_layout(showlegend=False)
    figure.update_yaxes(automargin=True, type="category", ticksuffix=" ")
    figure.update_yaxes(categoryorder="array", categoryarray=[escaped(name) for name in order])
    return figure.update_xaxes(title=f"{escaped(metric)}, test", rangemode="tozero")


def _measured(rows: Sequence[Row], metric: str) -> Mapping[str, list[tuple[str, float]]]:
    """Model -> its trials with their figures; a floor that has run as a trial stands once."""
    points: dict[str, list[tuple[str, float]]] = {}
    for row in sorted(rows, key=lambda row: row.floor):
        ran = row.floor and any(name == row.name for name, _ in points.get(row.model, ()))
        if metric in row.test and not ran:
            points.setdefault(row.model, []).append((row.name, row.test[metric]))
    return points


def _values(points: Mapping[str, Sequence[tuple[str, float]]], model: str) -> list[float]:
    return [value for _, value in points.get(model, ())]


def _marks(model: str, x: Sequence[float], names: Sequence[str], shape: str) -> go.Scatter:
    of = colour(model)
    return go.Scatter(
        x=list(x),
        y=[escaped(model)] * len(x),
        text=list(names),
        mode="markers",
        marker={"color": of, "symbol": shape, "size": SIZE, "line": {"width": 1.5, "color": of}},
        hovertemplate="%{text}: %{x:.4f}<extra></extra>",
    )
