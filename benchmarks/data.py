"""Worlds to measure on: a published data set with its features, or with made-up ones of any width.

A world is prepared once a run, by a process of its own, and lies in the scratch folder; jobs read
it from there, features memory-mapped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from omegaconf import OmegaConf
from scipy import sparse

from benchmarks.harness import ROOT
from benchmarks.sources import raw_folder
from benchmarks.worker import Sample, Work
from benchmarks.zipf import matrix_of
from siger_pipeline.data.schema import Split
from siger_pipeline.graphs.enhance import enhance
from siger_pipeline.graphs.recipe import Features, GraphInputs
from siger_pipeline.graphs.registry import build, graphs_of
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.recommenders.siger.config import Config
from siger_pipeline.requests import Request, features

PUBLISHED_WIDTHS = {"image": 4096, "text": 384}  # of the features that papers use
SEED = 999


@dataclass(frozen=True)
class World:
    """Splits, and what models are built from."""

    matrices: dict[Split, sparse.csr_matrix]
    inputs: ModelInputs


def parameters(name: str) -> dict[str, Any]:
    """The block of parameters that the project ships under this name."""
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
    """Lay a published data set ready under the name ``world``.

    Args:
        scratch: folder of the run.
        world: name.
        dataset: of the raw files.
        widths: modality -> width of made-up features; those of the data set where None.
    """
    folder = raw_folder(dataset)
    yield None
    matrices = read_splits(folder / f"{dataset}.inter")
    items = matrices[Split.TRAIN].shape[1]
    if widths is None:
        paths = sorted(folder.glob("*_feat.npy"))
        of_items = {p.name.removesuffix("_feat.npy"): np.load(p, "r") for p in paths}
    else:
        of_items = {m: made_up_features(items, width) for m, width in widths.items()}
    write_world(scratch / world, matrices, of_items)
    yield Sample(0.0)


def write_world(
    folder: Path, matrices: Mapping[Split, sparse.csr_matrix], of_items: Mapping[str, np.ndarray]
) -> None:
    """Build the graphs, and write all of a world."""
    folder.mkdir(parents=True)
    for split, matrix in matrices.items():
        sparse.save_npz(folder / f"{split}.npz", matrix, compressed=False)
    for modality, values in of_items.items():
        np.save(folder / f"{modality}_feat.npy", values.astype(np.float32, copy=False))
    for request, graph in build_graphs(matrices[Split.TRAIN], of_items).items():
        sparse.save_npz(folder / f"{request.name}.npz", graph, compressed=False)


def siger() -> Config:
    """SIGER's hyperparameters as shipped; what it requests serves LightGCN too."""
    return Config(**parameters("siger"))


def build_graphs(
    interactions: sparse.csr_matrix, of_items: Mapping[str, np.ndarray]
) -> dict[Request, sparse.csr_matrix]:
    """Every graph that SIGER requests.

    Args:
        interactions: R, [U, I].
        of_items: features of each modality, [I, d_m].
    """
    found = {}
    bound = parameters("graphs")["block_mib"]
    nobody = np.zeros(interactions.shape[1], dtype=bool)
    for graph in graphs_of(siger().requests(sorted(of_items))):
        read = {
            request: Features(of_items[request.modality], nobody)
            for request in graph.config.requests()
            if request.modality
        }
        values = dict(graph.request.parameters)
        inputs = GraphInputs(interactions, read, block_mib=bound)
        found[graph.request] = build(graph.request.recipe, values, inputs)
    return found


def read_world(folder: Path) -> World:
    """A world as a training finds it: graphs in memory, features memory-mapped."""
    matrices = {split: sparse.load_npz(folder / f"{split}.npz") for split in Split}
    paths = {path.name.removesuffix("_feat.npy"): path for path in folder.glob("*_feat.npy")}
    modalities = tuple(sorted(paths))
    requested = {
        request: np.load(paths[request.modality], mmap_mode="r")
        if request.modality
        else sparse.load_npz(folder / f"{request.name}.npz")
        for request in siger().requests(modalities)
    }
    return World(matrices, ModelInputs(matrices[Split.TRAIN], modalities, requested))


def features_of(inputs: ModelInputs) -> dict[str, np.ndarray]:
    """Features of each modality, [I, d_m]."""
    return {modality: inputs[features(modality)] for modality in inputs.modalities}


def enhanced_of(inputs: ModelInputs) -> dict[str, sparse.csr_matrix]:
    """S̄_m of each modality, SIGER Eq. (7)."""
    config = siger()
    common = inputs[config.cooccurrence()]
    return {m: enhance(common, inputs[config.knn(m)], config.beta) for m in inputs.modalities}
