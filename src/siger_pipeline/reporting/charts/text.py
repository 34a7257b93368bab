"""Texts of charts in lines."""

import textwrap


def wrapped(text: str, width: int) -> list[str]:
    """Lines of a width in characters; one at least, longer words are broken."""
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]
