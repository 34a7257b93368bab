"""A figure of a summary, with how it stands among the others, in Markdown and in LaTeX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

BEST, SECOND = 1, 2
TIE, DIFFERENT = "≈", "†"
MARKDOWN = {"|": r"\|"}
LATEX = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "−": "$-$",
    "–": "--",
    "·": r"$\cdot$",
    "<": "$<$",
    TIE: r"$\approx$",
    DIFFERENT: r"$^{\dagger}$",
}


@dataclass(frozen=True)
class Cell:
    """A figure of a summary.

    Attributes:
        text: such as `0.1040 ± 0.0004`.
        place: `BEST` or `SECOND` of its column; 0 for any other.
        mark: `TIE` or `DIFFERENT`, beside the baseline; or empty.
    """

    text: str
    place: int = 0
    mark: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.mark}" if self.mark else self.text


def as_markdown_cell(cell: object) -> str:
    """The best in bold, the second underlined, a mark after the figure."""
    text = _escaped(_text(cell), MARKDOWN)
    return _marked(cell, text, {BEST: f"**{text}**", SECOND: f"<u>{text}</u>"}, MARKDOWN)


def as_latex_cell(cell: object) -> str:
    """The same for LaTeX."""
    text = _escaped(_text(cell), LATEX)
    placed = {BEST: rf"\textbf{{{text}}}", SECOND: rf"\underline{{{text}}}"}
    return _marked(cell, text, placed, LATEX)


def _text(cell: object) -> str:
    return cell.text if isinstance(cell, Cell) else str(cell)


def _marked(cell: object, text: str, placed: Mapping[int, str], signs: Mapping[str, str]) -> str:
    if not isinstance(cell, Cell):
        return text
    shown = placed.get(cell.place, text)
    return f"{shown} {_escaped(cell.mark, signs)}" if cell.mark else shown


def _escaped(text: str, signs: Mapping[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in text)
