"""A training that follows a script, saved as Kedro saves it, and broken off."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from contracts.world import small_world, train_config, trained_model
from siger_pipeline.datasets.base import AtomicDataset
from siger_pipeline.datasets.checkpoint import CheckpointDataset
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.models.batches import PairBatches
from siger_pipeline.models.recommender import Trained
from siger_pipeline.training.checkpoint import streams
from siger_pipeline.training.progress import Progress
from siger_pipeline.training.trainer import Training

SCRIPT = [0.1, 0.3, 0.2, 0.4, 0.4, 0.3]  # better at 1, 2, 4; stops after 6
EPOCHS = len(SCRIPT)
TIMELESS = ("checkpoint", "history", "last_checkpoint")


def fresh(model: Trained | None = None) -> Training:
    """A training before its first epoch, whose validation follows the script."""
    inputs, config = small_world(), train_config(max_epochs=50, patience=2)
    training = Training(
        "lightgcn",
        model or trained_model("lightgcn", inputs),
        PairBatches(inputs.interactions, config.batch_size),
        lambda _: {"recall@20": SCRIPT[training.progress["epoch"]]},
        streams(0, "cpu"),
        config,
    )
    return training


def datasets(folder: Path) -> dict[str, AtomicDataset]:
    """The outputs of training, in the order in which Kedro saves them after each epoch."""
    return {
        "checkpoint": CheckpointDataset(filepath=folder / "checkpoint.pt"),
        "history": TableDataset(filepath=folder / "history.parquet"),
        "timings": TableDataset(filepath=folder / "timings.parquet"),
        "last_checkpoint": CheckpointDataset(filepath=folder / "last_checkpoint.pt"),
    }


def saves(epochs: Iterator[Progress]) -> Iterator[tuple[str, Any]]:
    for step in epochs:
        yield "checkpoint", step.best
        yield "history", step.history
        yield "timings", step.timings
        yield "last_checkpoint", step.last


def train_until(epochs: Iterator[Progress], folder: Path, most: int | None = None) -> None:
    """The process dies after so many saves."""
    for name, value in islice(saves(epochs), most):
        datasets(folder)[name].save(value)


def offered(folder: Path) -> dict[str, Any]:
    return {name: held.load() for name, held in datasets(folder).items() if held.exists()}


def contents(folder: Path) -> dict[str, bytes]:
    return {name: next(folder.glob(f"{name}.*")).read_bytes() for name in TIMELESS}
