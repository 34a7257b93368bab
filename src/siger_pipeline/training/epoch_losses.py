"""The loss terms of an epoch, read from the device rarely."""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from siger_pipeline.errors import TrainingError

# Reading makes the host wait for the device; without it, hours could pass on a loss gone bad.
STEPS_BETWEEN_READS = 1024


@dataclass
class EpochLosses:
    """The terms of each step of one epoch.

    Attributes:
        epoch: its number, from 1.
        steps: how many there will be.
        learning_rate: named in the error if a term is not finite.
    """

    epoch: int
    steps: int
    learning_rate: float
    _names: list[str] = field(default_factory=list)
    _unread: list[Tensor] = field(default_factory=list)
    _values: list[list[float]] = field(default_factory=list)

    def add(self, terms: dict[str, Tensor]) -> Tensor:
        """The sum of a step's terms, to be minimised; they are recorded.

        Raises:
            TrainingError: a term of this or an earlier step is not finite.
            ValueError: other terms than in the steps before.
        """
        if self._names and list(terms) != self._names:
            raise ValueError(
                f"loss terms {list(terms)} after {self._names}: a model's loss has the same terms "
                "in every step; a term that does not apply is 0"
            )
        self._names = list(terms)
        values = torch.stack(list(terms.values()))
        self._unread.append(values.detach())
        steps = len(self._values) + len(self._unread)
        if steps == self.steps or len(self._unread) == STEPS_BETWEEN_READS:
            self._read()
        return values.sum()

    def means(self) -> dict[str, float]:
        """The mean of each term over the steps."""
        columns = zip(*self._values, strict=True)
        return {
            name: sum(column) / self.steps
            for name, column in zip(self._names, columns, strict=True)
        }

    def _read(self) -> None:
        for values in torch.stack(self._unread).tolist():
            self._values.append(values)
            for name, value in zip(self._names, values, strict=True):
                self._check_finite(name, value)
        self._unread.clear()

    def _check_finite(self, name: str, value: float) -> None:
        if math.isfinite(value):
            return
        last = self.epoch - 1
        saved = f"the checkpoints of epoch {last} stay" if last else "there is no checkpoint yet"
        raise TrainingError(
            f"loss term '{name}' is {value} at epoch {self.epoch}, step {len(self._values)} of "
            f"{self.steps}; {saved}. Lower train.learning_rate (now {self.learning_rate:g}) or "
            "that term's weight"
        )
