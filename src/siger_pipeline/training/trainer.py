"""The training loop, to be read in one sitting."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import torch

from siger_pipeline.models.base import EmbeddingRecommender
from siger_pipeline.ops.adam import Adam
from siger_pipeline.training.checkpoint import Generators, capture, restore_state
from siger_pipeline.training.config import TrainConfig
from siger_pipeline.training.epoch_losses import EpochLosses
from siger_pipeline.training.sampler import PairSampler

Row = dict[Any, Any]  # column → value
Validate = Callable[[EmbeddingRecommender], dict[str, float]]

START = {"epoch": 0, "best_epoch": 0, "last_epoch": 0, "finished": False}
SECONDS_BETWEEN_EVENTS = 1.0
# Where a training stands is announced here and put into words elsewhere (`narration`): what a
# person reads is no part of training, and another wording must not make a model train again.
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """Where a training stands: the attribute `standing` of records of this module's logger.

    Attributes:
        name: registered name of the model.
        config: of the training.
        rows: of the history so far.
        epoch: the one under way, or the last one when all of its steps are done.
        step: steps of the epoch that are done.
        steps: steps of an epoch.
        finished: whether the training has come to its stop.
    """

    name: str
    config: TrainConfig
    rows: Sequence[Row]
    epoch: int
    step: int
    steps: int
    finished: bool = False


@dataclass(frozen=True)
class Progress:
    """What there is to keep after an epoch.

    Attributes:
        best: checkpoint of the best epoch so far.
        last: checkpoint of this epoch.
        history: a row an epoch: `epoch` (from 1), `loss` and `loss_<term>` (means over the steps),
            the validation metrics, `best` (is it the best so far).
        timings: a row an epoch: `epoch`, `seconds_train`, `seconds_validation`. Apart, so that
            the same training has the same history.
    """

    best: dict[str, Any]
    last: dict[str, Any]
    history: pd.DataFrame
    timings: pd.DataFrame


@dataclass
class Training:
    """One training of one model, from its first epoch, or that of `resume`, to its stop.

    Attributes:
        name: registered name of the model.
        model: on the device that it is trained on.
        sampler: the batches of an epoch.
        validate: metrics of the model on the validation split, `config.monitor` among them.
        generators: the randomness.
        rows: of the history so far.
        seconds: rows of the timings so far.
        best: checkpoint of the best epoch so far.
        progress: how far the training came.
        threads: numbers of threads that it was trained with, in this order: where one changes,
            sums are rounded otherwise, so the same bytes are those of the same number.
    """

    name: str
    model: EmbeddingRecommender
    sampler: PairSampler
    validate: Validate
    generators: Generators
    config: TrainConfig
    rows: list[Row] = field(default_factory=list)
    seconds: list[Row] = field(default_factory=list)
    best: dict[str, Any] = field(default_factory=dict)
    progress: dict[str, Any] = field(default_factory=lambda: dict(START))
    threads: list[int] = field(default_factory=lambda: [torch.get_num_threads()])

    def __post_init__(self) -> None:
        """Set the optimiser up: Adam, SIGER §6."""
        self.optimiser = Adam(self.model.parameters(), self.config.learning_rate)

    def state(self) -> dict[str, Any]:
        """The checkpoint of this moment."""
        return capture(
            self.name, self.model, self.optimiser, self.generators, self.progress, self.threads
        )

    def resume(self, earlier: Progress) -> None:
        """Go on after the epoch that an earlier training of the same kind came to.

        Args:
            earlier: what it yielded then; without `best`, the next epoch is taken for the best.
        """
        restore_state(earlier.last, self.model, self.optimiser, self.generators)
        self.rows = earlier.history.to_dict("records")
        self.seconds = earlier.timings.to_dict("records")
        self.best, self.progress = earlier.best, dict(earlier.last["progress"])
        before = list(earlier.last["threads"])
        self.threads = before if before[-1:] == self.threads else [*before, *self.threads]

    def epochs(self) -> Iterator[Progress]:
        """Train, validate, and stop when ``patience`` epochs in a row brought nothing better.

        Yields:
            After each epoch, all that is worth keeping.

        Raises:
            TrainingError: a loss term that is not finite; what was yielded before stays good.
        """
        while not self.progress["finished"]:
            epoch, best_epoch = self.progress["epoch"] + 1, self.progress["best_epoch"]
            row = self._train_and_validate(epoch)
            better = not self.best or row[self.config.monitor] > self._monitored(best_epoch)
            self.rows.append({**row, "best": better})
            if better:
                best_epoch = epoch
            stop = epoch - best_epoch >= self.config.patience
            self.progress = {
                "epoch": epoch,
                "best_epoch": best_epoch,
                "last_epoch": epoch,
                "finished": stop or epoch == self.config.max_epochs,
            }
            self._announce(epoch, len(self.sampler))
            last = self.state()
            of_best = last if better else self.best
            self.best = {**of_best, "progress": {**self.progress, "epoch": best_epoch}}
            yield Progress(self.best, last, pd.DataFrame(self.rows), pd.DataFrame(self.seconds))

    def _monitored(self, epoch: int) -> float:
        value: float = self.rows[epoch - 1][self.config.monitor]
        return value

    def _train_and_validate(self, epoch: int) -> Row:
        start = time.perf_counter()
        terms = self._train(epoch)
        trained = time.perf_counter()
        self._announce(epoch, len(self.sampler))
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
        self.model.start_epoch(self.generators.model)
        losses = EpochLosses(epoch, len(self.sampler), self.config.learning_rate)
        announced = time.monotonic()
        for step, batch in enumerate(self.sampler.epoch(self.generators.batches)):
            if time.monotonic() - announced > SECONDS_BETWEEN_EVENTS:
                self._announce(epoch, step)
                announced = time.monotonic()
            here = batch.to(self.generators.model.device)
            loss = losses.add(self.model.loss(here, self.generators.model))
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
        return losses.means()

    def _announce(self, epoch: int, step: int) -> None:
        steps, finished = len(self.sampler), self.progress["finished"]
        standing = Standing(
            self.name, self.config, self.rows, epoch, step, steps, finished=finished
        )
        extra = {"standing": standing}
        logger.debug("epoch %d, step %d of %d", epoch, step, steps, extra=extra)
