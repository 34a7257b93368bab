"""The training loop, to be read in one sitting."""

import logging
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import torch

from siger_pipeline.models.batches import Batches
from siger_pipeline.models.recommender import Trained
from siger_pipeline.ops.adam import Adam
from siger_pipeline.training.checkpoint import Streams, capture, kept_for_scoring, restore_state
from siger_pipeline.training.config import TrainConfig
from siger_pipeline.training.epoch_losses import EpochLosses
from siger_pipeline.training.progress import START, Progress, Row, Standing
from siger_pipeline.training.validation import Validate

SECONDS_BETWEEN_EVENTS = 1.0
# Progress is logged here as data and put into words elsewhere (`narration`): another wording must
# not make a model train again.
logger = logging.getLogger(__name__)


@dataclass
class Training:
    """One training of one model, from its first epoch, or the one after `resume`, to its stop.

    Attributes:
        name: registered name of the model.
        model: on the device that it is trained on.
        batches: of an epoch.
        validate: metrics of the model on the validation split, `config.monitor` among them.
        randomness: its streams.
        config: its settings.
        rows: of the history so far.
        seconds: rows of the timings so far.
        best: checkpoint of the best epoch so far.
        progress: the last complete epoch, the best one, and whether training has stopped.
        threads: numbers of threads that it was trained with, in order. Another number rounds sums
            differently, so the same bytes need the same number.
    """

    name: str
    model: Trained
    batches: Batches
    validate: Validate
    randomness: Streams
    config: TrainConfig
    rows: list[Row] = field(default_factory=list)
    seconds: list[Row] = field(default_factory=list)
    best: dict[str, Any] = field(default_factory=dict)
    progress: dict[str, Any] = field(default_factory=lambda: dict(START))
    threads: list[int] = field(default_factory=lambda: [torch.get_num_threads()])

    def __post_init__(self) -> None:
        """Set up the optimiser: Adam, SIGER §6.

        Raises:
            ValueError: a parameter of the model is in no group of the optimiser, or in two.
        """
        config = self.config
        groups = self.model.optimiser_groups(config.learning_rate, config.weight_decay)
        grouped = [id(parameter) for group in groups for parameter in group.parameters]
        for name, parameter in self.model.named_parameters():
            if grouped.count(id(parameter)) != 1:
                raise ValueError(
                    f"model {self.name}: parameter {name} is in {grouped.count(id(parameter))} of "
                    "the optimiser_groups, wanted is one; what is not trained is a buffer"
                )
        self.optimiser = Adam(groups)
        self._kept: dict[str, torch.Tensor] = {}

    def state(self) -> dict[str, Any]:
        """The checkpoint of this moment."""
        return capture(
            self.name, self.model, self.optimiser, self.randomness, self.progress, self.threads
        )

    def resume(self, earlier: Progress) -> None:
        """Continue after the last epoch of an earlier training with the same settings.

        Args:
            earlier: what it yielded then; without `best`, the next epoch counts as the best.
        """
        restore_state(earlier.last, self.model, self.optimiser, self.randomness)
        self.rows = earlier.history.to_dict("records")
        self.seconds = earlier.timings.to_dict("records")
        self.best, self.progress = earlier.best, dict(earlier.last["progress"])
        before = list(earlier.last["threads"])
        self.threads = before if before[-1:] == self.threads else [*before, *self.threads]

    def epochs(self) -> Iterator[Progress]:
        """Train and validate, until ``patience`` epochs in a row bring no better metric.

        Yields:
            The progress after each epoch; its checkpoints hold until the next one.

        Raises:
            TrainingError: a loss term is not finite; what was yielded before remains valid.
        """
        while not self.progress["finished"]:
            epoch, best_epoch = self.progress["epoch"] + 1, self.progress["best_epoch"]
            row = self._train_and_validate(epoch)
            better = self._is_better(row, best_epoch)
            self.rows.append({**row, "best": better})
            if better:
                best_epoch = epoch
            waited = epoch - best_epoch if self.config.validates(epoch) else 0
            stop = waited >= self.config.patience
            self.progress = {
                "epoch": epoch,
                "best_epoch": best_epoch,
                "last_epoch": epoch,
                "finished": stop or epoch == self.config.max_epochs,
            }
            self._announce(epoch, len(self.batches))
            last = self.state()
            if better or not best_epoch:
                self.best = kept_for_scoring(last, self._kept)
            progress = {**self.progress, "epoch": best_epoch or epoch}
            self.best = {**self.best, "progress": progress}
            yield Progress(self.best, last, self._history(), pd.DataFrame(self.seconds))

    def _is_better(self, row: Row, best_epoch: int) -> bool:
        monitor = self.config.monitor
        if math.isnan(row[monitor]):
            return False
        if not best_epoch or not self.best:
            return True
        return bool(row[monitor] > self.rows[best_epoch - 1][monitor])

    def _history(self) -> pd.DataFrame:
        # A row without validation has fewer columns.
        return pd.DataFrame(self.rows, columns=max((list(row) for row in self.rows), key=len))

    def _train_and_validate(self, epoch: int) -> Row:
        start = time.perf_counter()
        terms = self._train(epoch)
        trained = time.perf_counter()
        metrics = {self.config.monitor: math.nan}
        if self.config.validates(epoch):
            self._announce(epoch, len(self.batches))
            self.model.eval()
            metrics = self.validate(self.model)
        seconds = {
            "seconds_train": trained - start,
            "seconds_validation": time.perf_counter() - trained,
        }
        self.seconds.append({"epoch": epoch, **seconds})
        return {
            "epoch": epoch,
            "loss": sum(terms.values()),
            **{f"loss_{name}": value for name, value in terms.items()},
            **metrics,
        }

    def _train(self, epoch: int) -> dict[str, float]:
        """One epoch; the mean of each term over its steps."""
        self.model.train()
        self.model.start_epoch(self.randomness.model)
        self.optimiser.factor = self.config.rate_factor(epoch)
        rate = self.config.learning_rate * self.optimiser.factor
        losses = EpochLosses(epoch, len(self.batches), rate)
        announced = time.monotonic()
        for step, batch in enumerate(self.batches.epoch(self.randomness.batches)):
            if time.monotonic() - announced > SECONDS_BETWEEN_EVENTS:
                self._announce(epoch, step)
                announced = time.monotonic()
            on_device = batch.to(self.randomness.model.device)
            loss = losses.add(self.model.loss(on_device, self.randomness.model))
            loss.backward()
            self.optimiser.step()
            # Now, not before the next backward pass: memory of gradients serves what comes between.
            self.optimiser.zero_grad()
        return losses.means()

    def _announce(self, epoch: int, step: int) -> None:
        steps, finished = len(self.batches), self.progress["finished"]
        standing = Standing(
            self.name, self.config, self.rows, epoch, step, steps, finished=finished
        )
        extra = {"standing": standing}
        logger.debug("epoch %d, step %d of %d", epoch, step, steps, extra=extra)
