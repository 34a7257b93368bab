"""The points that a sweep may choose from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, prod
from typing import Any

from siger_pipeline.studies.search import Range

Overrides = dict[str, Any]  # dotted key -> value


@dataclass(frozen=True)
class Axis:
    """A parameter that is searched.

    Attributes:
        key: dotted, with its block.
        values: a list, or a range.
    """

    key: str
    values: Range | Sequence[Any]

    def listed(self) -> list[Any] | None:
        """All values in their order; None where there are infinitely many."""
        if not isinstance(self.values, Range):
            return list(self.values)
        low, every = self.values.low, self.values.every
        if every is None:
            return None
        steps = floor((self.values.high - low) / every + 1e-9)
        return [_tidy(low + n * every) for n in range(steps + 1)]

    def ends(self) -> list[Any]:
        """Values that show whether the model takes them all: those listed, or both ends."""
        if isinstance(self.values, Range):
            return [self.values.low, self.values.high]
        return list(self.values)

    def rounded(self, value: Any) -> Any:
        """A value of a range with four digits at most, so that a name and a command can hold it."""
        if not isinstance(self.values, Range) or self.values.is_whole:
            return value
        if self.values.step is not None:
            return _tidy(value)
        return min(max(float(f"{value:.4g}"), float(self.values.low)), float(self.values.high))


@dataclass(frozen=True)
class Space:
    """The parameters that are searched for one model."""

    axes: tuple[Axis, ...]

    @property
    def size(self) -> int | None:
        """The number of points; None where there are infinitely many."""
        lists = [axis.listed() for axis in self.axes]
        return None if None in lists else prod(len(values) for values in lists if values)

    def point(self, number: int) -> Overrides:
        """The n-th point of a finite space, from 0, in the order of the axes."""
        chosen: Overrides = {}
        for axis in reversed(self.axes):
            values = axis.listed() or []
            number, place = divmod(number, len(values))
            chosen[axis.key] = values[place]
        return {axis.key: chosen[axis.key] for axis in self.axes}


def as_key(point: Mapping[str, Any]) -> str:
    """A text that is equal for equal points."""
    return json.dumps(point, sort_keys=True)


def _tidy(value: float) -> Any:
    return value if isinstance(value, int) else float(f"{value:.12g}")
