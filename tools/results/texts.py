"""Paragraphs and verdicts as Markdown."""

from __future__ import annotations

from textwrap import fill

from tools.results.verdicts import Graded, Verdict

WIDTH = 100


def wrapped(text: str, indent: str = "") -> str:
    """A paragraph in lines of at most 100 signs, indented from the second on."""
    return fill(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def shown(graded: Graded) -> str:
    """A verdict in a cell; what does not hold is in bold."""
    return f"**{graded}**" if graded.verdict == Verdict.FAILS else str(graded)
