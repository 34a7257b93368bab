"""The training loop, to be read in one sitting."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import torch
from torch import Tensor

from siger_pipeline.errors import TrainingError
from siger_pipeline.models.base import Batch, EmbeddingRecommender
from siger_pipeline.training.checkpoint import Generators, capture
from siger_pipeline.training.config import TrainConfig
from siger_pipeline.training.sampler import PairSampler

Validate = Callable[[EmbeddingRecommender], dict[str, float]]


@dataclass(frozen=True)
class Progress:
    """What there is to keep after an epoch.

    Attributes:
        best: checkpoint of the best epoch so far.
        last: checkpoint of this epoch.
        history: a row an epoch: `epoch` (from 1), `seconds_train`, `seconds_validation`, `loss`
            and `loss_<term>` (means over the steps), the validation metrics, `best` (is it the
            best so far).
    """

    best: dict[str, Any]
    last: dict[str, Any]
    history: pd.DataFrame


@dataclass
class Training:
    """One training of one model, from its first epoch to its stop.

    Attributes:
        name: registered name of the model.
        model: on the device that it is trained on.
        sampler: the batches of an epoch.
        validate: metrics of the model on the validation split, `config.monitor` among them.
        generators: the randomness.
    """

    name: str
    model: EmbeddingRecommender
    sampler: PairSampler
    validate: Validate
    generators: Generators
    config: TrainConfig
    rows: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Set the optimiser up: Adam, SIGER §6."""
        self.optimiser = torch.optim.Adam(
            self.model.parameters(), lr=self.config.learning_rate, fused=True
        )

    def epochs(self) -> Iterator[Progress]:
        """Train, validate, and stop when ``patience`` epochs in a row brought nothing better.

        Yields:
            After each epoch, all that is worth keeping.

        Raises:
            TrainingError: a loss term that is not finite; what was yielded before stays good.
        """
        best: dict[str, Any] = {}
        best_epoch, best_value = 0, -1.0
        for epoch in range(1, self.config.max_epochs + 1):
            row = self._train_and_validate(epoch)
            better = row[self.config.monitor] > best_value
            self.rows.append({**row, "best": better})
            if better:
                best_epoch, best_value = epoch, row[self.config.monitor]
            stop = epoch - best_epoch >= self.config.patience
            finished = stop or epoch == self.config.max_epochs
            last = self._checkpoint(epoch, best_epoch, finished)
            if better:
                best = last
            best = {**best, "progress": {**last["progress"], "epoch": best_epoch}}
            yield Progress(best, last, pd.DataFrame(self.rows))
            if stop:
                return

    def _checkpoint(self, epoch: int, best_epoch: int, finished: bool) -> dict[str, Any]:
        progress = {
            "epoch": epoch,
            "best_epoch": best_epoch,
            "last_epoch": epoch,
            "finished": finished,
        }
        return capture(self.name, self.model, self.optimiser, self.generators, progress)

    def _train_and_validate(self, epoch: int) -> dict[str, Any]:
        start = time.perf_counter()
        terms = self._train(epoch)
        trained = time.perf_counter()
        self.model.eval()
        metrics = self.validate(self.model)
        return {
            "epoch": epoch,
            "seconds_train": trained - start,
            "seconds_validation": time.perf_counter() - trained,
            "loss": sum(terms.values()),
            **{f"loss_{name}": value for name, value in terms.items()},
            **metrics,
        }

    def _train(self, epoch: int) -> dict[str, float]:
        """One epoch; the mean of each term over its steps."""
        self.model.train()
        self.model.start_epoch(self.generators.model)
        sums: dict[str, float] = {}
        for step, batch in enumerate(self.sampler.epoch(self.generators.batches), start=1):
            terms = self.model.loss(self._on_device(batch), self.generators.model)
            values = {name: float(term.detach()) for name, term in terms.items()}
            self._check_finite(values, epoch, step)
            self.optimiser.zero_grad(set_to_none=True)
            torch.stack(list(terms.values())).sum().backward()
            self.optimiser.step()
            for name, value in values.items():
                sums[name] = sums.get(name, 0.0) + value
        return {name: value / len(self.sampler) for name, value in sums.items()}

    def _on_device(self, batch: Batch) -> Batch:
        device = self.generators.model.device

        def move(index: Tensor) -> Tensor:
            return index.to(device, non_blocking=True)

        return Batch(move(batch.users), move(batch.positives), move(batch.negatives))

    def _check_finite(self, values: dict[str, float], epoch: int, step: int) -> None:
        for name, value in values.items():
            if not math.isfinite(value):
                kept = f"the checkpoints of epoch {epoch - 1} stay" if epoch > 1 else "none is kept"
                raise TrainingError(
                    f"loss term '{name}' is {value} at epoch {epoch}, step {step} of "
                    f"{len(self.sampler)}; {kept}. Lower train.learning_rate (now "
                    f"{self.config.learning_rate:g}) or that term's weight"
                )
