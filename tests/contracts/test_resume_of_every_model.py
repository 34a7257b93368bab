"""Every model that is trained by epochs goes on bit for bit from what the catalog holds of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.world import TRAINED, config_of, small_world, train_config
from siger_pipeline.data.schema import Split
from siger_pipeline.datasets.base import AtomicDataset
from siger_pipeline.datasets.checkpoint import CheckpointDataset
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.training.start import start_training
from siger_pipeline.training.trainer import Progress

TRAIN = train_config(max_epochs=4, patience=4, monitor="recall@5")


def training(name: str, unfinished: dict[str, Any] | None = None) -> Iterator[Progress]:
    world = small_world()
    validated = small_world(seed=1).interactions
    matrices = {Split.TRAIN: world.interactions, Split.VALIDATION: validated, Split.TEST: validated}
    return start_training(name, config_of(name), TRAIN, world, matrices, unfinished)


def datasets(folder: Path) -> dict[str, AtomicDataset]:
    return {
        "checkpoint": CheckpointDataset(filepath=folder / "checkpoint.pt"),
        "last_checkpoint": CheckpointDataset(filepath=folder / "last_checkpoint.pt"),
        "history": TableDataset(filepath=folder / "history.parquet"),
        "timings": TableDataset(filepath=folder / "timings.parquet"),
    }


def save(step: Progress, folder: Path) -> dict[str, bytes]:
    """The bytes of all but the timings."""
    outputs = datasets(folder)
    outputs["checkpoint"].save(step.best)
    outputs["last_checkpoint"].save(step.last)
    outputs["history"].save(step.history)
    outputs["timings"].save(step.timings)
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.stem != "timings"}


@pytest.mark.parametrize("name", TRAINED)
def test_two_epochs_and_two_more_are_four(name: str, tmp_path: Path) -> None:
    *_, unbroken = training(name)
    _, second, *_ = training(name)
    save(second, tmp_path / "broken_off")
    loaded = {output: held.load() for output, held in datasets(tmp_path / "broken_off").items()}
    *earlier, resumed = training(name, loaded)
    assert len(earlier) == 1
    assert resumed.last["progress"]["epoch"] == 4
    assert save(resumed, tmp_path / "resumed") == save(unbroken, tmp_path / "unbroken")
