"""What all plots have in common: colours, titles, and texts without markup."""

import html
from collections.abc import Sequence

# Okabe and Ito's colours, distinct to colour-blind readers, and greys: all of them are visible on
# white and on Kedro-Viz's black, which replaces the page, the margins and the font's colour.
INK = "#222222"
SUM, TRAINING = "#808080", "#999999"
GRID = "rgba(128, 128, 128, 0.25)"
CLEAR = "rgba(0, 0, 0, 0)"
PALETTE = ("#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F6A3F")
BEST = "#D55E00"
NOTE_WIDTH = 52  # characters in a line of the title's note
LINE_HEIGHT = 22  # of a title's notes, pixels


def heading(title: str, notes: Sequence[str]) -> str:
    """A title in bold, and below it a line a note, as Plotly draws them."""
    return f"<b>{escaped(title)}</b>" + "".join(f"<br><sup>{escaped(line)}</sup>" for line in notes)


def heading_height(notes: int) -> int:
    """Pixels that a title with some notes and the label of the panel below it take."""
    return 52 + LINE_HEIGHT * notes


def escaped(text: str) -> str:
    """Text that Plotly shows literally: in its labels `<b>`, `<a>` and `<br>` are markup."""
    return html.escape(text, quote=False)
