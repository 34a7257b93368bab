"""What does not fit a training is not gone on with, and the log says why."""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from siger_pipeline.training.start import continued
from training.resuming import contents, fresh, offered, train_until


def changed(place: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A state with another value at `output.key.key`."""

    def change(state: dict[str, Any]) -> None:
        *path, last = place.split(".")
        for key in path:
            state = state[key]
        state[last] = value

    return change


class Rows:
    """An Ibis table, as far as a resume asks."""

    def __init__(self, **columns: list[Any]) -> None:
        self.columns = columns

    def to_pandas(self) -> pd.DataFrame:
        return pd.DataFrame(self.columns)


WORSE = {"epoch": [1, 3], "recall@20": [0.1, 0.2], "seconds_train": [1.0, 1.0]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: state.pop("last_checkpoint"), "last_checkpoint of .* is missing"),
        (lambda state: state.pop("history"), "history of .* is missing"),
        (changed("last_checkpoint", {}), "in its last_checkpoint, format is None, .* 4"),
        (changed("last_checkpoint", None), "in its last_checkpoint, format is None"),
        (changed("checkpoint", {}), "in its checkpoint, format is None"),
        (changed("last_checkpoint.format", 99), "format is 99, this training's is 4"),
        (changed("checkpoint.model", "siger"), "in its checkpoint, model is 'siger'.*'lightgcn'"),
        (changed("last_checkpoint.device", "cuda:0"), "device is 'cuda', .* 'cpu'"),
        (changed("last_checkpoint.config.layers", 9), "config.layers is 9, this training's is"),
        (changed("last_checkpoint.weights.users", torch.ones(3, 4)), r"weights.users is \[3, 4\]"),
        (changed("last_checkpoint.weights", {}), "weights.users is None"),
        (changed("last_checkpoint.randomness", {}), "randomness.batches is None"),
        (changed("last_checkpoint.optimiser", {}), "optimiser is None"),
        (changed("last_checkpoint.progress", {}), "progress.epoch is None, .*'given'"),
        (changed("checkpoint.progress.epoch", 1), "checkpoint is of epoch 1, .* 3 epochs is 2"),
        (changed("history", Rows(**WORSE)), "its history does not hold each epoch from 1 to 3"),
        (changed("timings", Rows(**WORSE)), "its timings does not hold each epoch from 1 to 3"),
        (changed("history", Rows(epoch=[1, 2, 3])), "its history has no column 'recall@20'"),
        (changed("timings", Rows()), "its timings has no column"),
    ],
)
def test_what_does_not_fit_starts_anew_and_says_why(
    change: Callable[[dict[str, Any]], Any],
    words: str,
    tmp_path: Path,
    unbroken: dict[str, bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    train_until(fresh().epochs(), tmp_path, 12)
    state = offered(tmp_path)
    change(state)
    with caplog.at_level(logging.INFO):
        train_until(continued(fresh(), state), tmp_path)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage().startswith("the training of lightgcn starts anew: ")
    assert re.search(words, record.getMessage()), record.getMessage()
    assert contents(tmp_path) == unbroken
