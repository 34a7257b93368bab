"""Tables of a page as files that are within it: CSV and LaTeX, without a network or a script."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd

from siger_pipeline.reporting.tables import ABSENT, Table
from siger_pipeline.studies.cell import Cell
from siger_pipeline.studies.table import as_latex

if TYPE_CHECKING:
    from siger_pipeline.reporting.site.cells import Grid

THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
NOT_IN_A_NAME = re.compile(r"[^\w.+=-]+")
LONGEST = 100  # signs of a file's name
DRAWN = "drawn"  # a column of pictures


@dataclass(frozen=True)
class Download:
    """What a link offers: its label, the file's name, and its content as a data URI."""

    label: str
    name: str
    href: str


def downloads(content: Table | Grid, caption: str, of: str) -> list[Download]:
    """A table as CSV and as LaTeX.

    Args:
        content: of the table.
        caption: of the table, for the files' names.
        of: what the page is of, likewise.
    """
    name = NOT_IN_A_NAME.sub("-", f"{of} {caption}".lower()).strip(".-")[:LONGEST]
    files = (
        ("CSV", "csv", "text/csv", as_csv(content)),
        ("LaTeX", "tex", "text/x-tex", tex(content)),
    )
    return [
        Download(label, f"{name}.{ending}", f"data:{kind};charset=utf-8,{quote(text, safe='')}")
        for label, ending, kind, text in files
    ]


def as_csv(content: Table | Grid) -> str:
    """Header and rows as CSV (RFC 4180); numbers without thousands commas, nothing for a dash."""
    packed = io.StringIO()
    writer = csv.writer(packed)
    kept = _kept(content)
    writer.writerow([content.header[n] for n in kept])
    writer.writerows([[_plain(str(_cell(row[n]))) for n in kept] for row in content.rows])
    return packed.getvalue()


def tex(content: Table | Grid) -> str:
    """The same for LaTeX's package booktabs, the best in bold, the second underlined."""
    kept = _kept(content)
    rows = [[_cell(row[n]) for n in kept] for row in content.rows]
    left = 1
    while left < len(kept) and kept[left] in content.words:
        left += 1
    return as_latex(pd.DataFrame(rows, columns=[content.header[n] for n in kept]), left=left)


def _kept(content: Table | Grid) -> list[int]:
    return [n for n, name in enumerate(content.header) if name != DRAWN]


def _cell(cell: Any) -> Cell:
    if isinstance(cell, str):
        return Cell(cell)
    spread = cell.spread.replace("\u202f", " ") if cell.spread else ""
    return Cell(f"{cell.text} {spread}".strip(), cell.place, cell.mark or "")


def _plain(text: str) -> str:
    if text == ABSENT:
        return ""
    return text.replace(",", "") if THOUSANDS.fullmatch(text) else text
