"""Charts on a page that says itself what they are of: without their heads."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

HEAD, NOTES = "head", "notes"  # of the figure's `meta`: pixels above the panels, and sentences


def untitled(figure: Mapping[str, Any]) -> dict[str, Any]:
    """A figure of `on_page.plotly_figure` without title and notes, and as much less high.

    Args:
        figure: as JSON has it; one without `meta` stays as it is.
    """
    if HEAD not in (figure["layout"].get("meta") or {}):
        return dict(figure)
    layout = deepcopy(figure["layout"])
    head, margin = layout["meta"][HEAD], layout["margin"]
    total = layout["height"] - margin["t"] - margin["b"]
    grown = total / (total - head)
    layout["title"] = {}
    layout["height"] -= head
    for name, axis in layout.items():
        if name.startswith("yaxis"):
            axis["domain"] = [min(1.0, grown * end) for end in axis["domain"]]
    for annotation in layout.get("annotations", ()):
        annotation["y"] *= grown
    layout["legend"]["y"] *= grown
    return {**figure, "layout": layout}


def notes_of(figure: Mapping[str, Any]) -> list[str]:
    """What is to be known of the marks of a figure, in sentences."""
    notes: list[str] = (figure["layout"].get("meta") or {}).get(NOTES, [])
    return notes
