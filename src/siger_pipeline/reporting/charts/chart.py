"""What a chart shows, whatever it is drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Look = Literal[
    "filled",  # marks of a model
    "open",  # hollow ones
    "dotted",  # hollow ones with a dot
    "link",  # a thin line from each mark to the next, without marks
    "line",  # marks of a model, joined
    "step",  # a line that rises at its points, without marks
    "bars",  # one beside the other
    "paper",  # hollow diamonds: figures of the paper
    "band",  # a broad pale line from `low` to `high`, without marks
    "failed",  # crosses
]
HATCHES = ("", "/", "x", "-", "\\", ".")  # of bars, in turn: told apart in grey


@dataclass(frozen=True)
class Series:
    """Points that look alike.

    Attributes:
        look: how they are drawn.
        x: of each point.
        y: of each point; of a panel with rows the number of its row, from 0 at the top.
        model: whose colour and shape they have; empty for none.
        low: lower end of each error bar, along x in a panel with rows, else along y; NaN for none.
        high: the upper ends.
        label: in the key of the chart; empty for none.
    """

    look: Look
    x: Sequence[float]
    y: Sequence[float]
    model: str = ""
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    label: str = ""


@dataclass(frozen=True)
class Panel:
    """Axes with what is drawn on them.

    Attributes:
        title: above it.
        x_title: of the axis below.
        series: those further behind first.
        y_title: of the axis at the left, if the panel has no rows.
        rows: labels of y = 0, 1, …, from the top; empty where y is a number.
        at: x of a vertical line.
        ticks: values that the x-axis names; empty where any will do.
        log: whether the x-axis is logarithmic.
        percent: whether y is a share, from 0.
    """

    title: str
    x_title: str
    series: Sequence[Series]
    y_title: str = ""
    rows: Sequence[str] = ()
    at: float | None = None
    ticks: Sequence[float] = ()
    log: bool = False
    percent: bool = False


@dataclass(frozen=True)
class Chart:
    """Panels with a title, notes and a key.

    Attributes:
        title: of the whole.
        description: what the whole shows; a paper says it in the caption.
        notes: sentences on what is drawn, and what is missing.
        panels: in order.
        key: a look and what it stands for, beside the labels of the series.
    """

    title: str
    description: str
    notes: Sequence[str]
    panels: Sequence[Panel]
    key: Sequence[tuple[Look, str]] = ()
