"""The colour and the shape by which a model is known in every plot and on every page."""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

# Eighteen colours, each two of which differ by 9 or more (CIEDE2000) to readers with and without
# red-green blindness, and are seen on white and on black; two with the same shape by 23 or more.
# SIGER has the vermilion of Okabe and Ito, which no other model gets.
KNOWN: Mapping[str, tuple[str, str]] = {
    "siger": ("#D55E00", "star"),
    "bm3": ("#56B4E9", "circle"),
    "content_knn": ("#C3B478", "triangle-up"),
    "damrs": ("#961E00", "circle"),
    "ease": ("#0F5A4B", "triangle-up"),
    "ease_text": ("#00784B", "triangle-down"),
    "freedom": ("#009E73", "x"),
    "itemknn": ("#2D8778", "circle"),
    "lattice": ("#E69F00", "triangle-down"),
    "lgmrec": ("#0F4B96", "cross"),
    "lightgcn": ("#0072B2", "triangle-down"),
    "mf_bpr": ("#696987", "x"),
    "mgcn": ("#CC79A7", "cross"),
    "miggt": ("#3C963C", "cross"),
    "popularity": ("#C3B4A5", "square"),
    "random": ("#4B4B69", "square"),
    "slmrec": ("#3C87FF", "square"),
    "vbpr": ("#E1A5C3", "triangle-up"),
}
OTHER_COLOURS = tuple(colour for name, (colour, _) in KNOWN.items() if name != "siger")
PALE = 0.45  # opacity
OTHER_SHAPES = ("hexagon", "triangle-left", "triangle-right")  # of no model above


def colour(model: str) -> str:
    """The colour of a model, as `#RRGGBB`; one that is not known gets one by its name.

    Args:
        model: registered name, or another that stands where a model's does, such as `fusion`.
    """
    return _look(model)[0]


def pale(colour: str) -> str:
    """The same colour, seen through: for what is second to what has the colour.

    Args:
        colour: as `#RRGGBB`.
    """
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {PALE})"


def marker(model: str) -> str:
    """The shape of a model's marks, as Plotly names it; no two models share colour and shape.

    A model that is not known gets a shape that none of the others has, by its name; of two such
    models, colour and shape may be the same.

    Args:
        model: as for `colour`.
    """
    return _look(model)[1]


def _look(model: str) -> tuple[str, str]:
    if model in KNOWN:
        return KNOWN[model]
    # Python's own hash differs from process to process.
    shape, place = divmod(crc32(model.encode()), len(OTHER_COLOURS))
    return OTHER_COLOURS[place], OTHER_SHAPES[shape % len(OTHER_SHAPES)]
