"""MMRec itself: a checkout that the user has made, run unchanged.

Its own configuration, data loading, trainer and evaluator are called; what today's libraries have
dropped since it was written is restored in this process, not in its files.
"""

import os
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import numpy as np
from scipy import sparse
from torch import Tensor

from benchmarks.harness import Sample, Work
from benchmarks.sources import with_features

# One value of each grid of its configuration; the speed hardly depends on which.
CHOSEN: dict[str, dict[str, Any]] = {
    "LightGCN": {"n_layers": 3, "reg_weight": 1e-4},
    "MGCN": {"cl_loss": 0.01},
    "FREEDOM": {"reg_weight": 1e-3, "dropout": 0.8},
}

TORCHVISION = ("torchvision", "torchvision.transforms", "torchvision.transforms.functional")
PICTURE_LIBRARIES = ("lmdb", *TORCHVISION)


def epochs(scratch: Path, checkout: str, model: str, dataset: str, world: str) -> Work:
    """Training epochs of a model by MMRec's name, on a data set with the features of a world.

    Seconds of loading, graphs and a validation are in the notes.
    """
    data = with_features(scratch / f"mmrec_{model}", dataset, scratch / world)
    # Imported for pictures, which none of these models reads.
    absent = [name for name in PICTURE_LIBRARIES if find_spec(name.partition(".")[0]) is None]
    sys.modules.update({name: MagicMock() for name in absent})
    _restore_dropped_functions()
    os.chdir(Path(checkout) / "src")
    sys.path.insert(0, str(Path.cwd()))
    trainer, batches, validation, notes = _set_up(model, dataset, data)
    yield None
    for epoch in range(10**6):
        start = time.perf_counter()
        trainer.model.pre_epoch_processing()
        trainer._train_epoch(batches, epoch)
        trained = time.perf_counter()
        trainer._valid_epoch(validation)
        notes["seconds_validation"] = time.perf_counter() - trained
        yield Sample(trained - start, notes=notes)


def _set_up(model: str, dataset: str, data: Path) -> tuple[Any, Any, Any, dict[str, Any]]:
    from utils.configurator import Config  # type: ignore[import-not-found]
    from utils.dataloader import EvalDataLoader, TrainDataLoader  # type: ignore[import-not-found]
    from utils.dataset import RecDataset  # type: ignore[import-not-found]
    from utils.utils import get_model, get_trainer, init_seed  # type: ignore[import-not-found]

    start = time.perf_counter()
    wanted = {"data_path": f"{data}{os.sep}", "use_gpu": False, "seed": 999, **CHOSEN[model]}
    config = Config(model, dataset, wanted)
    train, valid, _ = RecDataset(config).split()
    for part in (train, valid):
        str(part)  # MMRec counts the rows there
    size = config["train_batch_size"]
    batches = TrainDataLoader(config, train, batch_size=size, shuffle=True)
    held_out = EvalDataLoader(
        config, valid, additional_dataset=train, batch_size=config["eval_batch_size"]
    )
    loaded = time.perf_counter()
    init_seed(config["seed"])
    batches.pretrain_setup()
    built = get_model(model)(config, batches).to(config["device"])
    notes = {"seconds_load": loaded - start, "seconds_graphs": time.perf_counter() - loaded}
    return get_trainer()(config, built, False), batches, held_out, notes


def scatter_add(values: Tensor, index: Tensor, dim: int = -1, dim_size: int = 0) -> Tensor:
    """Sums of the values of each index: torch_scatter's function."""
    return values.new_zeros(dim_size).scatter_add_(dim, index, values)


def _restore_dropped_functions() -> None:
    if "float" not in vars(np):
        vars(np)["float"] = float

    if find_spec("torch_scatter") is None:
        stand_in: Any = ModuleType("torch_scatter")
        stand_in.scatter_add = scatter_add
        sys.modules["torch_scatter"] = stand_in

    def stay(tensor: Tensor, *_: Any, **__: Any) -> Tensor:
        return tensor

    def update(matrix: Any, values: dict[tuple[int, int], float]) -> None:
        matrix._dict.update(values)

    sparse.dok_matrix._update = update
    # Some models ask for a GPU whatever their configuration says.
    tensors: Any = Tensor
    tensors.cuda = stay
