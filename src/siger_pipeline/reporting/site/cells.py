"""Cells that a page shows as more than text: colours, links, places, marks, intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import pandas as pd

from siger_pipeline.reporting.tables import ABSENT
from siger_pipeline.studies.cell import BEST, DIFFERENT, SECOND, TIE, Cell

SPREAD = " ± "  # between a mean and its deviation
Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Interval:
    """An interval and what lies in it, in per cent of the width of its cell.

    Attributes:
        zero: where no difference is.
        low: lower end.
        width: from end to end.
        at: the difference.
        kind: `tie`, `different` or `unclear`, by which it is drawn.
    """

    zero: float
    low: float
    width: float
    at: float
    kind: str


@dataclass(frozen=True)
class Shown:
    """A cell.

    Attributes:
        text: of it.
        href: where it leads; empty: nowhere.
        model: whose colour stands before it; empty: none.
        place: `BEST` or `SECOND` of its column; 0 for any other.
        spread: deviation, after the text; None where the column has none.
        mark: tie or difference; None where the column has none.
        range: an interval that is drawn.
    """

    text: str
    href: str = ""
    model: str = ""
    place: int = 0
    spread: str | None = None
    mark: str | None = None
    range: Interval | None = None


@dataclass(frozen=True)
class Grid:
    """A table of cells; `words` are the numbers of columns that hold words, beside the first."""

    header: Sequence[str]
    rows: Sequence[Sequence[str | Shown]]
    words: Sequence[int] = ()
    own: int | None = None


def page_name(name: str) -> str:
    """The relative address of the page of a trial or study."""
    return f"{quote(name)}.html"


def grid(columns: Columns, words: Sequence[str] = ()) -> Grid:
    """Columns of texts, numbers and `Cell`s, such as those of `studies.summary`, as a table.

    Args:
        columns: by name; the first one names the rows.
        words: columns that hold words, beside the first.
    """
    shown = [_column(cells) for cells in columns.values()]
    named = [n for n, name in enumerate(columns) if name in words]
    return Grid(list(columns), list(zip(*shown, strict=True)), named)


def _column(cells: Sequence[Any]) -> list[str | Shown]:
    """Cells of one column; where one has a mark or a deviation, each keeps room for it."""
    figures = [cell for cell in cells if isinstance(cell, Cell)]
    marked = any(cell.mark for cell in figures)
    spread = any(SPREAD in cell.text for cell in figures)
    return [_shown(cell, marked, spread) for cell in cells]


def _shown(cell: Any, marked: bool, spread: bool) -> str | Shown:
    if not isinstance(cell, Cell):
        return cell if isinstance(cell, Shown) else str(cell)
    text, _, deviation = cell.text.partition(SPREAD)
    return Shown(
        text,
        place=cell.place,
        spread=f"±\u202f{deviation}" if deviation else "" if spread else None,
        mark=cell.mark if marked else None,
    )


def placed(cells: Sequence[float | None]) -> list[Shown]:
    """Figures of a column to four digits, the best and the second of those that are there."""
    known = sorted({cell for cell in cells if cell is not None}, reverse=True)
    places = dict(zip(known[:2], (BEST, SECOND), strict=False)) if len(known) > 1 else {}
    return [
        Shown(ABSENT) if cell is None else Shown(f"{cell:.4f}", place=places.get(cell, 0))
        for cell in cells
    ]


def marked_differences(tests: pd.DataFrame) -> list[Shown]:
    """The differences of one metric, with the marks of ties and of what is different.

    Args:
        tests: rows of `studies.comparisons.comparison_table`.
    """
    marks = {"tie": TIE, "different": DIFFERENT}
    rows = tests.to_dict("records")
    return [Shown(f"{one['difference']:+.4f}", mark=marks.get(_kind(one), "")) for one in rows]


def intervals(tests: pd.DataFrame) -> list[Shown]:
    """The same drawn, each with its interval, on an axis that all share.

    Args:
        tests: rows of `studies.comparisons.comparison_table`.
    """
    low, high = min(0.0, float(tests["low"].min())), max(0.0, float(tests["high"].max()))
    width = (high - low) or 1.0

    def at(value: float) -> float:
        return round(100 * (value - low) / width, 2)

    return [
        Shown(
            "",
            range=Interval(
                at(0.0),
                at(one["low"]),
                round(100 * (one["high"] - one["low"]) / width, 2),
                at(one["difference"]),
                _kind(one),
            ),
        )
        for one in tests.to_dict("records")
    ]


def _kind(one: Mapping[Any, Any]) -> str:
    if one["tie"]:
        return "tie"
    return "different" if one["significant"] else "unclear"


def coloured(models: Sequence[Any]) -> list[Shown]:
    """The names of models, each with its colour."""
    return [Shown(str(model), model=str(model)) for model in models]


def linked(name: str, model: str, pages: Mapping[str, object], up: str = "") -> Shown:
    """The name of a trial in its model's colour, which leads to its page if it has one.

    Args:
        name: of the trial.
        model: registered name.
        pages: trials that have a page.
        up: relative path to the folder of their pages.
    """
    of_model = Shown(name, model=model)
    return replace(of_model, href=up + page_name(name)) if name in pages else of_model
