"""What a training tells while it runs: what to store after an epoch, and how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from siger_pipeline.training.config import TrainConfig

Row = dict[Any, Any]  # column → value

START = {"epoch": 0, "best_epoch": 0, "last_epoch": 0, "finished": False}


@dataclass(frozen=True)
class Standing:
    """The progress of a training: the attribute `standing` of the trainer's log records.

    Attributes:
        name: registered name of the model.
        config: of the training.
        rows: of the history so far.
        epoch: the one in progress, or the last one when all of its steps are done.
        step: steps of the epoch that are done.
        steps: steps of an epoch.
        finished: whether the training has stopped.
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
    """What the catalog stores after an epoch.

    Attributes:
        best: checkpoint of the best epoch so far; that of this epoch before the first validation.
        last: checkpoint of this epoch.
        history: a row an epoch: `epoch` (from 1), `loss` and `loss_<term>` (means over the steps),
            the validation metrics (NaN after an epoch without validation), `best` (whether it is
            the best so far).
        timings: a row an epoch: `epoch`, `seconds_train`, `seconds_validation`, and `peak_mib`, the
            peak memory since the training began or resumed. Separate, so that the same training
            has the same history. A model that is computed at once has one row, of epoch 0.
    """

    best: dict[str, Any]
    last: dict[str, Any]
    history: pd.DataFrame
    timings: pd.DataFrame
