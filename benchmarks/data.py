"""Worlds to measure on: a data set with its own features, or with made-up ones of any width.

A world is a folder of the scratch folder. It is prepared once per run, in a process of its own,
with the graphs of the models that read it; jobs map its features from there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from scipy import sparse

from benchmarks.harness import ROOT, Sample, Work
from benchmarks.sources import raw_folder
from benchmarks.zipf import matrix_of
from siger_pipeline.data.schema import Split
from siger_pipeline.graphs.recipe import Features, GraphInputs
from siger_pipeline.graphs.registry import build, graphs_of, requested_graph
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.registry import model_config, requests_of
from siger_pipeline.requests import Request

SEED = 999


@dataclass(frozen=True)
class World:
    """Interactions of each split, and the inputs of a model."""

    matrices: dict[Split, sparse.csr_matrix]
    inputs: ModelInputs


def parameters(block: str) -> dict[str, Any]:
    """The project's parameters of a stage."""
    path = ROOT / "conf" / "base" / f"parameters_{block}.yml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text())[block]
    return loaded


def defaults(model: str) -> dict[str, Any]:
    """A model's hyperparameters."""
    return model_config(model)().model_dump()


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
    """Write a data set to the scratch folder under the name of a world.

    Features are its own, or made-up ones of the width of each modality.
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
    """Write interactions and features."""
    folder.mkdir(parents=True)
    for split, matrix in matrices.items():
        sparse.save_npz(folder / f"{split}.npz", matrix, compressed=False)
    for modality, values in features.items():
        np.save(folder / f"{modality}_feat.npy", values.astype(np.float32, copy=False))


def prepare_model(scratch: Path, world: str, model: str) -> Work:
    """Write the graphs of a model to a world, unless they are there."""
    folder = scratch / world
    yield None
    features = features_of(folder)
    requests = requests_of(model, defaults(model), sorted(features))
    missing = [r for r in requests if not r.modality and not _path(folder, r).exists()]
    train = sparse.load_npz(folder / f"{Split.TRAIN}.npz")
    for request, graph in build_graphs(train, features, missing).items():
        sparse.save_npz(_path(folder, request), graph, compressed=False)
    yield Sample(0.0)


def build_graphs(
    interactions: sparse.csr_matrix, features: Mapping[str, np.ndarray], requests: Iterable[Request]
) -> dict[Request, sparse.csr_matrix]:
    """The requested graphs of R [U, I], and those that they are made of; no item lacks features."""
    graphs: dict[Request, sparse.csr_matrix] = {}
    none_missing = np.zeros(interactions.shape[1], dtype=bool)
    for graph in graphs_of(requests):
        parts = graph.config.requests()
        read = {r: Features(features[r.modality], none_missing) for r in parts if r.modality}
        made_of = {r: graphs[r] for r in parts if not r.modality}
        bound = parameters("graphs")["block_mib"]
        inputs = GraphInputs(interactions, read, made_of, block_mib=bound)
        recipe, values = graph.request.recipe, dict(graph.request.parameters)
        graphs[graph.request] = build(recipe, values, inputs)
    return graphs


def read_world(folder: Path, model: str) -> World:
    """The inputs of a model: graphs in memory, features memory-mapped, as in a training."""
    matrices = {split: sparse.load_npz(folder / f"{split}.npz") for split in Split}
    features = features_of(folder)
    modalities = tuple(sorted(features))
    requested = {
        request: features[request.modality]
        if request.modality
        else sparse.load_npz(_path(folder, request))
        for request in requests_of(model, defaults(model), modalities)
    }
    return World(matrices, ModelInputs(matrices[Split.TRAIN], modalities, requested))


def features_of(folder: Path) -> dict[str, np.ndarray]:
    """The memory-mapped features of a world, by modality."""
    paths = folder.glob("*_feat.npy")
    return {path.name.removesuffix("_feat.npy"): np.load(path, mmap_mode="r") for path in paths}


def _path(folder: Path, request: Request) -> Path:
    """The file of a graph; a model may spell out a parameter's default."""
    return folder / f"{requested_graph(request).request.name}.npz"
