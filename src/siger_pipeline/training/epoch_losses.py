"""The loss terms of an epoch: summed up where they are computed, looked at rarely."""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from siger_pipeline.errors import TrainingError

# A look makes the host wait for the device; without any, hours could pass on a loss gone bad.
STEPS_BETWEEN_LOOKS = 1024


@dataclass
class EpochLosses:
    """The terms of each step of one epoch.

    Attributes:
        epoch: its number, from 1.
        steps: how many there will be.
        learning_rate: told where a term is not finite.
    """

    epoch: int
    steps: int
    learning_rate: float
    _names: list[str] = field(default_factory=list)
    _unseen: list[Tensor] = field(default_factory=list)
    _seen: list[list[float]] = field(default_factory=list)

    def add(self, terms: dict[str, Tensor]) -> Tensor:
        """Note a step's terms; their sum, to be minimised.

        Raises:
            TrainingError: a term of this or an earlier step is not finite.
        """
        self._names = list(terms)
        values = torch.stack(list(terms.values()))
        self._unseen.append(values.detach())
        steps = len(self._seen) + len(self._unseen)
        if steps == self.steps or len(self._unseen) == STEPS_BETWEEN_LOOKS:
            self._look()
        return values.sum()

    def means(self) -> dict[str, float]:
        """The mean of each term over the steps."""
        columns = zip(*self._seen, strict=True)
        return {
            name: sum(column) / self.steps
            for name, column in zip(self._names, columns, strict=True)
        }

    def _look(self) -> None:
        for values in torch.stack(self._unseen).tolist():
            self._seen.append(values)
            for name, value in zip(self._names, values, strict=True):
                self._check_finite(name, value)
        self._unseen.clear()

    def _check_finite(self, name: str, value: float) -> None:
        if math.isfinite(value):
            return
        last = self.epoch - 1
        kept = f"the checkpoints of epoch {last} stay" if last else "none is kept"
        raise TrainingError(
            f"loss term '{name}' is {value} at epoch {self.epoch}, step {len(self._seen)} of "
            f"{self.steps}; {kept}. Lower train.learning_rate (now {self.learning_rate:g}) or that "
            "term's weight"
        )
