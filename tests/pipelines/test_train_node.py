"""The training node as Kedro runs it: saved epoch by epoch, in the memory of two checkpoints."""

import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from scipy.sparse import csr_matrix

from contracts.world import config_of, small_world, train_config
from kedro_fresh.extra import extra_modules
from kedro_fresh.unfinished import UnfinishedDataset
from siger_pipeline.datasets.checkpoint import CheckpointDataset
from siger_pipeline.datasets.table import TableDataset
from siger_pipeline.pipelines.train.pipeline import create_pipeline
from siger_pipeline.shell.selection import Selection
from siger_pipeline.training import inputs, start
from siger_pipeline.training.progress import Progress

EPOCHS = 40
LIGHTGCN = create_pipeline(Selection("mmrec", {}, "lightgcn", ()))
EMPTY = dict.fromkeys(("train", "validation"), csr_matrix((1, 1)))
OUTPUTS = ("checkpoint", "history", "timings", "last_checkpoint")


class Offered(UnfinishedDataset):
    """Remembers what it gave to the node."""

    def load(self) -> dict[str, Any]:
        self.given = super().load()
        return self.given


def run(
    outputs: Mapping[str, AbstractDataset],
    max_epochs: int,
    unfinished: UnfinishedDataset | None = None,
    matrices: Mapping[str, csr_matrix] | None = None,
) -> None:
    """The node, in Kedro's hands."""
    train = train_config(max_epochs=max_epochs, patience=max_epochs)
    given: dict[str, Any] = {"params:model": "lightgcn", "params:train": train}
    given |= {"params:lightgcn": config_of("lightgcn")}
    given |= {f"{split}_matrix": matrix for split, matrix in (matrices or EMPTY).items()}
    held = {name: MemoryDataset(value, copy_mode="assign") for name, value in given.items()}
    catalog = DataCatalog(held | dict(outputs))
    catalog["unfinished_training"] = unfinished or UnfinishedDataset()
    SequentialRunner().run(LIGHTGCN, catalog)


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


def epochs_of(*_: Any) -> Iterator[Progress]:
    for epoch in range(1, EPOCHS + 1):
        checkpoint = {"epoch": epoch, "weights": Weights()}
        history = pd.DataFrame([{"epoch": epoch, "loss": 1.0, "recall@20": 0.1, "best": False}])
        timings = pd.DataFrame([{"epoch": epoch, "seconds_train": 0.0, "seconds_validation": 0.0}])
        yield Progress(checkpoint, dict(checkpoint), history, timings)


def test_every_epoch_is_saved_and_none_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "start_training", epochs_of)
    monkeypatch.setattr(inputs, "model_inputs", lambda *_: None)
    best, last = Kept(), Kept()
    tables = {name: MemoryDataset() for name in ("history", "timings")}
    offered = Offered()
    offered.offer({"checkpoint": {"weights": Weights()}})
    run({"checkpoint": best, "last_checkpoint": last, **tables}, EPOCHS, offered)
    assert best.epochs == last.epochs == list(range(1, EPOCHS + 1))
    assert max(best.most_alive, last.most_alive) <= 3
    assert offered.given == {}  # Kedro held this until the node's end


@pytest.mark.parametrize(("model", "settings"), [("ease", {}), ("random", {"seed": 3})])
def test_what_is_computed_at_once_reads_of_the_training_what_counts(
    model: str, settings: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = small_world()
    monkeypatch.setattr(inputs, "model_inputs", lambda *_: world)
    settings = {f"params:train.{key}": value for key, value in settings.items()}
    given = {"params:model": model, f"params:{model}": {}, "train_matrix": csr_matrix((1, 1))}
    given |= {"params:train.device": "cpu", **settings}
    pipeline = create_pipeline(Selection("mmrec", {}, model, ()))
    assert pipeline.inputs() == given.keys()
    held = {name: MemoryDataset(value, copy_mode="assign") for name, value in given.items()}
    made = SequentialRunner().run(pipeline, DataCatalog(held))
    assert set(made) == set(OUTPUTS)
    checkpoint = made["checkpoint"].load()
    assert checkpoint["progress"]["finished"]
    assert checkpoint["weights"]
    assert made["last_checkpoint"].load()["weights"] == {}
    assert len(made["history"].load()) == 0


class Interrupted:
    """Outputs in files; Ctrl-C comes at one of the saves, counted over all of them."""

    def __init__(self, folder: Path, before: int | None = None) -> None:
        self.saved: list[str] = []
        self.before = before
        self.files = {
            name: (CheckpointDataset if "checkpoint" in name else TableDataset)(
                filepath=folder / name
            )
            for name in OUTPUTS
        }
        for name, dataset in self.files.items():
            dataset.save = self._counted(name, dataset.save)  # type: ignore[method-assign]

    def _counted(self, name: str, save: Any) -> Any:
        def counted(data: Any) -> None:
            if len(self.saved) == self.before:
                raise KeyboardInterrupt
            save(data)
            self.saved.append(name)

        return counted


def test_interrupted_between_two_saves_the_node_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = small_world()
    matrices = {"train": world.interactions, "validation": small_world(1).interactions}
    monkeypatch.setattr(inputs, "model_inputs", lambda *_: world)
    unbroken = Interrupted(tmp_path / "unbroken")
    run(unbroken.files, 5, matrices=matrices)
    assert unbroken.saved == [*OUTPUTS] * 5
    interrupted = Interrupted(tmp_path / "broken", before=10)
    with pytest.raises(KeyboardInterrupt):
        run(interrupted.files, 5, matrices=matrices)
    offered = Offered()
    offered.offer({name: dataset.load() for name, dataset in interrupted.files.items()})
    resumed = Interrupted(tmp_path / "resumed")
    run(resumed.files, 5, offered, matrices)
    assert resumed.saved == [*OUTPUTS] * 3
    for name in ("checkpoint", "history", "last_checkpoint"):
        one, other = (tmp_path / folder / name for folder in ("unbroken", "resumed"))
        assert one.read_bytes() == other.read_bytes(), name


def test_the_models_module_is_code_of_the_node() -> None:
    (node,) = LIGHTGCN.nodes
    assert extra_modules(node.func) == ("siger_pipeline.recommenders.lightgcn.model",)
