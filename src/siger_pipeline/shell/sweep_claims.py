"""A point of a sweep that a process runs, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock

from siger_pipeline.studies.space import Overrides

if TYPE_CHECKING:
    from optuna.trial import Trial


@dataclass
class Claim:
    """A point that this process runs, and no other one.

    Attributes:
        model: name.
        place: among the points of the model, from 0.
        point: its parameters.
        trial: Optuna's, told of each epoch.
        held: until the point has ended: the system releases it when the process is killed.
    """

    model: str
    place: int
    point: Overrides
    trial: Trial
    held: FileLock


@dataclass(frozen=True)
class Ended:
    """How a point ended.

    Attributes:
        claim: the point.
        state: complete, pruned or failed.
        seconds: it took.
        curve: epoch -> monitored validation metric.
        value: of a complete one.
        error: of a failed one.
    """

    claim: Claim
    state: str
    seconds: float
    curve: Mapping[int, float]
    value: float | None = None
    error: str = ""
