"""Every model that is trained by epochs goes on bit for bit from what the catalog holds of it."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from contracts.world import TRAINED, config_of, small_world, train_config_of
from siger_pipeline.data.schema import Split
from siger_pipeline.training.progress import Progress
from siger_pipeline.training.start import start_training
from training.resuming import contents, offered, train_until


def training(name: str, unfinished: dict[str, Any] | None = None) -> Iterator[Progress]:
    world = small_world()
    train = train_config_of(name, max_epochs=4, patience=100, monitor="recall@5")
    validated = small_world(seed=1).interactions
    matrices = {Split.TRAIN: world.interactions, Split.VALIDATION: validated, Split.TEST: validated}
    return start_training(name, config_of(name), train, world, matrices, unfinished)


def saved(step: Progress, folder: Path) -> dict[str, bytes]:
    """What the catalog holds after an epoch, but for the timings."""
    train_until(iter([step]), folder)
    return contents(folder)


@pytest.mark.parametrize("name", TRAINED)
def test_two_epochs_and_two_more_are_four(name: str, tmp_path: Path) -> None:
    *_, unbroken = training(name)
    saved(next(islice(training(name), 1, None)), tmp_path / "broken_off")
    *earlier, resumed = training(name, offered(tmp_path / "broken_off"))
    assert len(earlier) == 1
    assert resumed.last["progress"]["epoch"] == 4
    assert saved(resumed, tmp_path / "resumed") == saved(unbroken, tmp_path / "unbroken")
