"""Durations and lists in words."""

from __future__ import annotations

from collections.abc import Iterable

SHOWN = 3  # items that are named, of more


def few(items: Iterable[object]) -> str:
    """The first items, with commas between them, and how many more there are."""
    texts = [str(item) for item in items]
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return ", ".join(texts[:SHOWN]) + more


def duration(seconds: float) -> str:
    """`4.2 s`, `3 min 12 s`, `2 h 5 min`."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
