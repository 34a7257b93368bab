"""The training node as Kedro runs it: saved epoch by epoch, in the memory of two checkpoints."""

import weakref
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from kedro.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner

from siger_pipeline.data.config import Source
from siger_pipeline.pipelines.train import nodes
from siger_pipeline.pipelines.train.pipeline import create_pipeline
from siger_pipeline.selection import Selection
from siger_pipeline.training.config import TrainConfig
from siger_pipeline.training.trainer import Progress

EPOCHS = 40
TRAIN = TrainConfig(
    seed=0,
    max_epochs=EPOCHS,
    patience=EPOCHS,
    monitor="recall@20",
    batch_size=8,
    learning_rate=0.1,
    device="cpu",
    block_mib=1,
)


class Weights:
    """Something large."""


class Kept(AbstractDataset[Any, Any]):
    """What was saved, and how much of what was ever saved is still there."""

    def __init__(self) -> None:
        self.epochs: list[int] = []
        self.most_alive = 0
        self._saved: list[weakref.ref[Weights]] = []

    def _save(self, data: dict[str, Any]) -> None:
        self.epochs.append(data["epoch"])
        self._saved.append(weakref.ref(data["weights"]))
        alive = {id(weights()) for weights in self._saved if weights() is not None}
        self.most_alive = max(self.most_alive, len(alive))

    def _load(self) -> None:
        raise NotImplementedError

    def _describe(self) -> dict[str, Any]:
        return {}


class Tables:
    """Stands for a table whose rows do not matter here."""

    def to_pandas(self) -> pd.DataFrame:
        return pd.DataFrame()


def epochs_of(*_: Any) -> Iterator[Progress]:
    for epoch in range(1, EPOCHS + 1):
        checkpoint = {"epoch": epoch, "weights": Weights()}
        row = {"epoch": epoch, "loss": 1.0, "recall@20": 0.1, "best": False}
        row |= {"seconds_train": 0.0, "seconds_validation": 0.0}
        yield Progress(checkpoint, dict(checkpoint), pd.DataFrame([row]))


def test_every_epoch_is_saved_and_none_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "start_training", epochs_of)
    monkeypatch.setattr(nodes, "split_matrices", lambda *_: {})
    monkeypatch.setattr(nodes, "model_inputs", lambda *_: None)
    best, last = Kept(), Kept()
    inputs = {"params:model": "lightgcn", "params:lightgcn": {}, "params:train": TRAIN}
    inputs |= {name: Tables() for name in ("splits", "user_index", "item_index")}
    catalog = DataCatalog(
        {name: MemoryDataset(value, copy_mode="assign") for name, value in inputs.items()}
        | {"checkpoint": best, "last_checkpoint": last, "history": MemoryDataset()}
    )
    selection = Selection(Source.MMREC, {}, "lightgcn", frozenset())
    SequentialRunner().run(create_pipeline(selection), catalog)
    assert best.epochs == last.epochs == list(range(1, EPOCHS + 1))
    assert max(best.most_alive, last.most_alive) <= 3
