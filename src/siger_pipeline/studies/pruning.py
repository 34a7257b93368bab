"""Which trainings of a sweep are broken off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

Curve = Mapping[int, float]  # epoch, from 1 -> monitored validation metric


class Finished(NamedTuple):
    """A training that came to its end.

    Attributes:
        curve: of the epochs that ended with a validation.
        value: what it came to, its best.
    """

    curve: Curve
    value: float


def is_below_median(
    curve: Curve, finished: Sequence[Finished], *, startup: int, warmup: int
) -> bool:
    """Whether a training's best so far is below the median of the finished ones at its epoch.

    One that had stopped before counts as what it came to. Were it left out, only those that went
    on would be compared with: the best of all, so that the second best would be broken off.

    Args:
        curve: of the training until now, at least one epoch.
        finished: the others.
        startup: so many must have finished before.
        warmup: epochs, up to which no training is broken off.
    """
    epoch = max(curve)
    if epoch <= warmup or len(finished) < startup:
        return False
    return max(curve.values()) < median(_value_at(epoch, other) for other in finished)


def _value_at(epoch: int, other: Finished) -> float:
    """At the last validation up to an epoch, or the end of a training that was over by then."""
    until = [validated for validated in other.curve if validated <= epoch]
    over = epoch > max(other.curve, default=0)
    return other.curve[max(until)] if until and not over else other.value
