"""How time and memory grow: points of a stage, and the slope between their logarithms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

AIM = 1.1


@dataclass(frozen=True)
class Series:
    """A stage at growing sizes.

    Attributes:
        stage: its name.
        by: what grows, `interactions` or `items`.
        sizes: how many.
        seconds: medians.
        mib: peak memory of the process.
        extrapolated: which of them are from a part of the work.
        aim: the largest slope that is wanted; None where there is none.
        note: to be known.
    """

    stage: str
    by: str
    sizes: Sequence[float]
    seconds: Sequence[float]
    mib: Sequence[float]
    extrapolated: Sequence[bool]
    aim: float | None = AIM
    note: str = ""

    @property
    def slope(self) -> float | None:
        """Of the seconds; None with fewer than two sizes."""
        return slope(self.sizes, self.seconds) if len(self.sizes) > 1 else None

    @property
    def verdict(self) -> str:
        """`met`, `not met`, or nothing without an aim or a slope."""
        if self.aim is None or self.slope is None:
            return ""
        return "met" if self.slope <= self.aim else "not met"

    def to_json(self) -> dict[str, Any]:
        """As plain values, slope and verdict beside them."""
        return {**self.__dict__, "slope": self.slope, "verdict": self.verdict}


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """b of the least-squares line log v = a + b log n."""
    return float(np.polynomial.Polynomial.fit(np.log(sizes), np.log(values), 1).convert().coef[1])
