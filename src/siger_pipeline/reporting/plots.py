"""Plotly figures of a run, laid out to be read at a phone's width too."""

import textwrap

import pandas as pd
from plotly import graph_objects as go
from plotly.subplots import make_subplots

from siger_pipeline.reporting.axes import epoch_step, is_off_scale, loss_range
from siger_pipeline.reporting.labels import epochs
from siger_pipeline.reporting.style import (
    BEST,
    CLEAR,
    GRID,
    INK,
    NOTE_WIDTH,
    PALETTE,
    SUM,
    TRAINING,
    escaped,
    heading,
    heading_height,
)
from siger_pipeline.reporting.summary import best_epoch

PANELS = ("Training loss, weighted terms", "Validation", "Seconds")
NAMES = ("losses", "validation", "seconds")  # of the panels, as figures of their own
HEIGHTS = (330, 300, 230)  # of these, pixels
OF_AXIS = ("domain", "anchor", "matches")  # what an axis has as one of several
LOSS, VALIDATION, SECONDS = 1, 2, 3  # rows of the figure
GAP = 0.18  # between panels, of the height: room for ticks and a legend of four lines on a phone
ENTRY = 110  # of a legend's text, pixels: two entries a line on a phone
TICKS = 0.045  # of the height: a legend is below the numbers of its panel
PANELS_HEIGHT = 780  # pixels
ENTRIES = {"orientation": "h", "traceorder": "normal", "entrywidth": ENTRY, "font_size": 10}


def learning_curves(
    history: pd.DataFrame, timings: pd.DataFrame, name: str, note: str = ""
) -> go.Figure:
    """Losses, validation metrics and time by epoch, the chosen epoch marked.

    Args:
        history: a row an epoch: `epoch`, `loss` and `loss_<term>`, metrics such as `recall@20`,
            `best`. No rows for a model computed at once.
        timings: a row an epoch: `epoch`, `seconds_train`, `seconds_validation`.
        name: of the run, for the title.
        note: label of the figures of this run, or empty.
    """
    title = _title(history, name, note)
    if history.empty:
        return _entitled(go.Figure(), title).update_xaxes(visible=False).update_yaxes(visible=False)
    figure = make_subplots(
        rows=3,
        cols=1,
        shared_xaxes=True,
        vertical_spacing=GAP,
        row_heights=[0.42, 0.36, 0.22],
        subplot_titles=PANELS,
    )
    _lay_out(_entitled(figure, title))
    _leave_room(figure, title)
    _draw_losses(figure, history)
    _draw_validation(figure, history)
    _draw_seconds(figure, timings)
    figure.update_xaxes(dtick=epoch_step(int(history["epoch"].iloc[-1])))
    figure.add_vline(x=best_epoch(history), line={"color": BEST, "width": 1, "dash": "dot"})
    return figure


def panels(curves: go.Figure) -> dict[str, go.Figure]:
    """Each panel of `learning_curves` as a figure of its own, by its name in `NAMES`.

    Args:
        curves: of `learning_curves`, of a model that was trained by epochs.
    """
    return {name: _panel(curves, n) for n, name in enumerate(NAMES, start=1)}


def _panel(curves: go.Figure, panel: int) -> go.Figure:
    of_panel = _numbered("y", panel)
    figure = go.Figure([trace for trace in curves.data if (trace.yaxis or "y") == of_panel])
    figure.update_traces(xaxis="x", yaxis="y")
    figure.update_traces(legend="legend", selector=lambda trace: trace.showlegend is not False)
    for axis in ("xaxis", "yaxis"):
        settings = curves.layout[_numbered(axis, panel)].to_plotly_json()
        figure.layout[axis] = {key: settings[key] for key in settings if key not in OF_AXIS}
    figure.update_xaxes(title={"text": "epoch", "standoff": 4})
    for shape in curves.layout.shapes:
        if shape.yref.partition(" ")[0] == of_panel:
            figure.add_vline(x=shape.x0, line=shape.line)
    return figure.update_layout(
        template="plotly_white",
        hovermode="x unified",
        barmode="stack",
        height=HEIGHTS[panel - 1],
        font=curves.layout.font,
        margin={"l": 44, "r": 8, "t": 8, "b": 44},
        legend={**ENTRIES, "x": 0, "y": 1.02, "yanchor": "bottom", "bgcolor": CLEAR},
    )


def _title(history: pd.DataFrame, name: str, note: str) -> str:
    state = "computed at once: no epochs to draw"
    if not history.empty:
        state = f"{epochs(history['epoch'].iloc[-1])}, the best is {best_epoch(history)}"
    lines = [state, *textwrap.wrap(note, NOTE_WIDTH, break_on_hyphens=False)]
    return heading(name, lines)


def _entitled(figure: go.Figure, title: str) -> go.Figure:
    position = {"x": 0.02, "yref": "paper", "y": 1, "yanchor": "top"}
    return figure.update_layout(
        title={"text": title, **position, "font": {"size": 17}},
        template="plotly_white",
        font={"size": 12, "color": INK},
        height=_head(title) + 100,
        margin={"l": 38, "r": 6, "t": 24, "b": 76},
    )


def _head(title: str) -> int:
    return heading_height(title.count("<br>"))


def _leave_room(figure: go.Figure, title: str) -> None:
    """The panels below the title: inside the plot's own area, since Kedro-Viz sets the margins."""
    height = PANELS_HEIGHT + _head(title)
    share = PANELS_HEIGHT / height
    figure.update_layout(height=height + figure.layout.margin.t + figure.layout.margin.b)
    for axis in figure.select_yaxes():
        axis.domain = tuple(edge * share for edge in axis.domain)
    for label in figure.layout.annotations:
        label.y *= share
    for panel in (LOSS, VALIDATION):
        below = figure.layout[_numbered("yaxis", panel)].domain[0] - TICKS
        figure.layout[_numbered("legend", panel)].y = below


def _numbered(name: str, panel: int) -> str:
    """Plotly's name of a panel's axis or legend: the first has no number."""
    return name if panel == 1 else f"{name}{panel}"


def _lay_out(figure: go.Figure) -> None:
    figure.update_layout(hovermode="x unified", barmode="stack")
    legend = {**ENTRIES, "x": 0, "y": -0.07, "yanchor": "top", "bgcolor": CLEAR}
    for panel in (LOSS, VALIDATION, SECONDS):
        figure.update_layout({_numbered("legend", panel): legend})
    figure.update_annotations(x=0, xanchor="left", font={"size": 13})
    figure.update_xaxes(showticklabels=True, gridcolor=GRID, zerolinecolor=GRID)
    figure.update_yaxes(gridcolor=GRID, zerolinecolor=GRID)
    figure.update_xaxes(title={"text": "epoch", "standoff": 4}, row=SECONDS, col=1)
    figure.update_yaxes(
        type="log", exponentformat="power", dtick=1, tickfont_size=10, row=LOSS, col=1
    )
    figure.update_yaxes(rangemode="tozero", row=VALIDATION, col=1)


def _draw_losses(figure: go.Figure, history: pd.DataFrame) -> None:
    terms = [name for name in map(str, history) if name.startswith("loss_")]
    lines = [("loss", "sum", SUM)] if len(terms) != 1 else []
    lines += [
        (term, escaped(term.removeprefix("loss_").replace("_", " ")), PALETTE[n % len(PALETTE)])
        for n, term in enumerate(terms)
    ]
    ends = loss_range(history)
    figure.update_yaxes(range=ends, row=LOSS, col=1)
    for column, label, colour in lines:
        shown = f"{label}<br>(off scale)" if is_off_scale(history[column], ends) else label
        _draw_line(figure, history[["epoch", column]], LOSS, shown, colour)


def _draw_validation(figure: go.Figure, history: pd.DataFrame) -> None:
    chosen = history[history["epoch"] == best_epoch(history)]
    metrics = [name for name in map(str, history) if "@" in name]
    for n, metric in enumerate(metrics):
        label = f"{metric} ({chosen[metric].iloc[0]:.4f})"
        colour = PALETTE[n % len(PALETTE)]
        validated = history[["epoch", metric]].dropna()
        _draw_line(figure, validated, VALIDATION, label, colour)
        mark = go.Scatter(
            x=chosen["epoch"].tolist(),
            y=chosen[metric].tolist(),
            mode="markers",
            marker={"size": 8, "color": BEST},
            showlegend=False,
            hoverinfo="skip",
        )
        figure.add_trace(mark, row=VALIDATION, col=1)


def _draw_seconds(figure: go.Figure, timings: pd.DataFrame) -> None:
    parts = (
        ("seconds_train", "training", TRAINING),
        ("seconds_validation", "validation", PALETTE[0]),
    )
    for column, label, colour in parts:
        bars = go.Bar(
            x=timings["epoch"].tolist(),
            y=timings[column].tolist(),
            name=label,
            legend=_numbered("legend", SECONDS),
            marker={"color": colour, "line": {"width": 0}},
        )
        figure.add_trace(bars, row=SECONDS, col=1)


def _draw_line(
    figure: go.Figure, points: pd.DataFrame, panel: int, label: str, colour: str
) -> None:
    x, y = (points[column].tolist() for column in points)
    line = go.Scatter(
        x=x,
        y=y,
        name=label,
        legend=_numbered("legend", panel),
        mode="lines" if len(x) > 1 else "markers",
        line={"color": colour, "width": 1.8},
    )
    figure.add_trace(line, row=panel, col=1)
