"""Worlds to measure on: a data set with its own features, or with made-up ones of any width.

A world is prepared once per run, in a process of its own, and stored in the scratch folder; jobs
read it from there, features memory-mapped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from omegaconf import OmegaConf
from scipy import sparse

from benchmarks.harness import ROOT, Sample, Work
from benchmarks.sources import raw_folder
from benchmarks.zipf import matrix_of
from siger_pipeline.data.schema import Split
from siger_pipeline.graphs.bipartite import normalised_bipartite
from siger_pipeline.graphs.cooccurrence import cooccurrence_graph
from siger_pipeline.graphs.enhance import enhance
from siger_pipeline.graphs.knn import knn_graph
from siger_pipeline.models.base import ModelInputs

SEED = 999


@dataclass(frozen=True)
class World:
    """Interactions of each split, and the inputs of models."""

    matrices: dict[Split, sparse.csr_matrix]
    inputs: ModelInputs


def parameters(name: str) -> dict[str, Any]:
    """The project's default parameters under this name."""
    folder = ROOT / "conf" / "base"
    files = (folder / f"parameters_{name}.yml", folder / f"parameters_model_{name}.yml")
    loaded = OmegaConf.to_container(OmegaConf.load(next(path for path in files if path.exists())))
    assert isinstance(loaded, dict)
    block: dict[str, Any] = loaded[name]
    return block


def read_splits(inter: Path) -> dict[Split, sparse.csr_matrix]:
    """R of each split of a file in MMRec's layout, whose x_label counts the splits from 0."""
    numbers = pd.read_csv(inter, sep="\t", usecols=["userID", "itemID", "x_label"])
    size = int(numbers["userID"].max()) + 1, int(numbers["itemID"].max()) + 1
    parts = {split: numbers[numbers["x_label"] == label] for label, split in enumerate(Split)}
    return {
        split: matrix_of(part["userID"].to_numpy(), part["itemID"].to_numpy(), size)
        for split, part in parts.items()
    }


def made_up_features(items: int, width: int, seed: int = SEED) -> np.ndarray:
    """Standard normal, float32 [items, width]."""
    return np.random.default_rng(seed).standard_normal((items, width), dtype=np.float32)


def prepare(scratch: Path, world: str, dataset: str, widths: Mapping[str, int] | None) -> Work:
    """Write a data set to the scratch folder under the name ``world``.

    Args:
        scratch: folder of the run.
        world: name.
        dataset: name of the raw files.
        widths: modality -> width of made-up features; the data set's own features where None.
    """
    folder = raw_folder(dataset)
    yield None
    matrices = read_splits(folder / f"{dataset}.inter")
    items = matrices[Split.TRAIN].shape[1]
    if widths is None:
        paths = sorted(folder.glob("*_feat.npy"))
        features = {p.name.removesuffix("_feat.npy"): np.load(p, "r") for p in paths}
    else:
        features = {m: made_up_features(items, width) for m, width in widths.items()}
    write_world(scratch / world, matrices, features)
    yield Sample(0.0)


def write_world(
    folder: Path, matrices: Mapping[Split, sparse.csr_matrix], features: Mapping[str, np.ndarray]
) -> None:
    """Build the graphs, and write everything that `read_world` reads."""
    folder.mkdir(parents=True)
    for split, matrix in matrices.items():
        sparse.save_npz(folder / f"{split}.npz", matrix, compressed=False)
    for modality, values in features.items():
        np.save(folder / f"{modality}_feat.npy", values.astype(np.float32, copy=False))
    for name, graph in build_graphs(matrices[Split.TRAIN], features).items():
        sparse.save_npz(folder / f"{name}.npz", graph, compressed=False)


def build_graphs(
    interactions: sparse.csr_matrix, features: Mapping[str, np.ndarray]
) -> dict[str, sparse.csr_matrix]:
    """Every graph of the graphs stage, by its catalog name, with default parameters."""
    values = parameters("graphs")
    bound = values["block_mib"]
    common = cooccurrence_graph(interactions, values["cooccurrence_k"], block_mib=bound)
    graphs = {"bipartite": normalised_bipartite(interactions), "cooccurrence": common}
    for modality, matrix in features.items():
        near = knn_graph(matrix, values["knn_k"], block_mib=bound)
        graphs[f"knn_{modality}"] = near
        graphs[f"enhanced_{modality}"] = enhance(common, near, values["beta"])
    return graphs


def read_world(folder: Path) -> World:
    """A world: graphs in memory, features memory-mapped, as in a training."""
    matrices = {split: sparse.load_npz(folder / f"{split}.npz") for split in Split}
    features = {
        path.name.removesuffix("_feat.npy"): np.load(path, mmap_mode="r")
        for path in sorted(folder.glob("*_feat.npy"))
    }
    enhanced = {m: sparse.load_npz(folder / f"enhanced_{m}.npz") for m in features}
    bipartite = sparse.load_npz(folder / "bipartite.npz")
    return World(matrices, ModelInputs(matrices[Split.TRAIN], bipartite, features, enhanced))
