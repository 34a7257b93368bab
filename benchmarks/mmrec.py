"""MMRec itself: a checkout that the user has made, run unchanged.

Its own configuration, data loading, trainer and evaluator are called; what today's libraries have
dropped since it was written is restored in this process, not in its files.
"""

import os
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

import numpy as np
from scipy import sparse
from torch import Tensor

from benchmarks.harness import Sample, Work
from benchmarks.sources import with_features
from siger_pipeline.requests import graph

# One value of each grid of its configuration, this project's default, and what is not MMRec's own
# default of this project's training settings.
CHOSEN: dict[str, dict[str, Any]] = {
    "BM3": {"n_layers": 1, "dropout": 0.5, "reg_weight": 0.1},
    "BPR": {"reg_weight": 1.0},
    "DAMRS": {
        "n_ui_layers": 2,
        "n_mm_layers": 1,
        "kl_weight": 1.0,
        "neighbor_weight": 1e-3,
        "learning_rate": 1e-3,
        "train_batch_size": 4096,
    },
    "FREEDOM": {"reg_weight": 1e-3, "dropout": 0.8},
    "LATTICE": {"reg_weight": 1e-3, "learning_rate": 1e-3},
    "LGMRec": {
        "n_ui_layers": 2,
        "n_mm_layers": 2,
        "n_hyper_layer": 1,
        "hyper_num": 4,
        "keep_rate": 0.5,
        "alpha": 0.3,
        "cl_weight": 1e-4,
        "reg_weight": 1e-6,
    },
    "LightGCN": {"n_layers": 3, "reg_weight": 1e-4},
    "MGCN": {"cl_loss": 0.01},
    "SLMRec": {"learning_rate": 1e-3, "ssl_alpha": 0.01, "ssl_temp": 0.2, "reg": 1e-4},
    "VBPR": {"reg_weight": 2.0},
}
# Of a model that takes minutes an epoch, so many steps are timed and extrapolated. LATTICE builds
# its graph in an epoch's first step, so all of its steps are timed.
FIRST_STEPS = {"DAMRS": 4, "LGMRec": 10, "SLMRec": 15}

TORCHVISION = ("torchvision", "torchvision.transforms", "torchvision.transforms.functional")
NEIGHBOURS = graph("iib")  # of the items, by users in common
PICTURE_LIBRARIES = ("lmdb", *TORCHVISION)


def epochs(scratch: Path, checkout: str, model: str, dataset: str, world: str) -> Work:
    """Training epochs of a model by MMRec's name, on a data set with the features of a world.

    Seconds of loading, graphs and a validation are in the notes.
    """
    wanted = FIRST_STEPS.get(model)
    data = with_features(scratch / f"mmrec_{model}_{world}", dataset, scratch / world)
    if model == "DAMRS":
        neighbours = neighbours_by_item(sparse.load_npz(scratch / world / f"{NEIGHBOURS.name}.npz"))
        np.save(data / dataset / "item_graph_dict_2.npy", np.array(neighbours), allow_pickle=True)
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
        begun = time.perf_counter()
        trainer._train_epoch(first(batches, wanted) if wanted else batches, epoch)
        trained = time.perf_counter()
        trainer._valid_epoch(validation)
        notes["seconds_validation"] = time.perf_counter() - trained
        share = min(1.0, wanted / len(batches)) if wanted else 1.0
        yield Sample(trained - begun + share * (begun - start), share, notes)


def first(batches: Any, steps: int) -> Iterator[Any]:
    """The first batches of an epoch of MMRec's loader, which then begins anew."""
    yield from islice(batches, steps)
    batches.pr = batches.inter_pr = 0


def neighbours_by_item(weights: sparse.csr_matrix) -> dict[int, list[list[Any]]]:
    """Items that share users with each item, and their weights, as MMRec's DA-MRS reads them."""
    others = sparse.csr_matrix(weights - sparse.diags_array(weights.diagonal()))
    others.eliminate_zeros()
    items, values = (np.split(part, others.indptr[1:-1]) for part in (others.indices, others.data))
    pairs = zip(items, values, strict=True)
    return {i: [near.tolist(), of_near.tolist()] for i, (near, of_near) in enumerate(pairs)}


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
        stand_in.scatter = MagicMock()  # imported, but not called
        sys.modules["torch_scatter"] = stand_in

    def stay(tensor: Tensor, *_: Any, **__: Any) -> Tensor:
        return tensor

    def update(matrix: Any, values: dict[tuple[int, int], float]) -> None:
        matrix._dict.update(values)

    sparse.dok_matrix._update = update
    # Some models ask for a GPU whatever their configuration says.
    tensors: Any = Tensor
    tensors.cuda = stay
