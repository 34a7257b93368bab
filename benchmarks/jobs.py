"""This project's units of work, by its public functions; see `benchmarks.worker`."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import sparse

from benchmarks.data import SEED, World, build_graphs, parameters, read_world
from benchmarks.worker import Sample, Work, peak_mib, resident_mib
from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.evaluate import evaluate_recommender
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import Trained
from siger_pipeline.models.registry import build
from siger_pipeline.ops.allocator import keep_freed_memory
from siger_pipeline.training.config import TrainConfig
from siger_pipeline.training.device import resolve_device
from siger_pipeline.training.progress import Progress
from siger_pipeline.training.start import start_training
from siger_pipeline.training.validation import validation

NEVER = 10**6  # epochs; a measured training stops when nobody asks for more


def train_config(**changes: Any) -> TrainConfig:
    """The training's parameters as shipped, but without a stop."""
    values = {**parameters("train"), "device": "cpu", "max_epochs": NEVER, "patience": NEVER}
    return TrainConfig(**{**values, **changes})


def epochs(
    scratch: Path,
    world: str,
    model: str,
    steps: int | None = None,
    batch_size: int | None = None,
    device: str = "cpu",
) -> Work:
    """Training epochs of a model, by the training's own clock; validation in the notes.

    Args:
        scratch: folder of the run.
        world: name of the data.
        model: registered name.
        steps: of an epoch; fewer than it has are extrapolated. All where None.
        batch_size: in place of the shipped one.
        device: cpu or cuda.
    """
    prepared = read_world(scratch / world)
    train = train_config(device=device, **({"batch_size": batch_size} if batch_size else {}))
    kept, share = of_so_many_steps(prepared, train.batch_size, steps)
    progress = trained(kept, model, train)
    yield None
    for done in progress:
        seconds = done.timings.iloc[-1]
        notes = {"seconds_validation": float(seconds["seconds_validation"])}
        notes |= {"steps": round(prepared_steps(prepared, train.batch_size) * share)}
        if device == "cuda":
            notes["gpu_mib"] = torch.cuda.max_memory_allocated() / 2**20
        yield Sample(float(seconds["seconds_train"]), share, notes)


def prepared_steps(world: World, batch_size: int) -> int:
    """Steps of a whole epoch."""
    return -(-world.inputs.interactions.nnz // batch_size)


def trained(world: World, model: str, train: TrainConfig) -> Iterator[Progress]:
    """A training of a model with its parameters as shipped."""
    return start_training(model, parameters(model), train, world.inputs, world.matrices)


def of_so_many_steps(world: World, batch_size: int, steps: int | None) -> tuple[World, float]:
    """The world with fewer pairs to draw batches from, and the share of them; graphs stay whole."""
    pairs = world.inputs.interactions.tocoo()
    if steps is None or steps * batch_size >= pairs.nnz:
        return world, 1.0
    chosen = np.random.default_rng(SEED).permutation(pairs.nnz)[: steps * batch_size]
    fewer = sparse.csr_matrix(
        (pairs.data[chosen], (pairs.row[chosen], pairs.col[chosen])), shape=pairs.shape
    )
    fewer.sort_indices()
    inputs = replace(world.inputs, interactions=fewer)
    return World(world.matrices, inputs), steps / prepared_steps(world, batch_size)


def validations(
    scratch: Path,
    world: str,
    model: str,
    users: int | None = None,
    device: str = "cpu",
) -> Work:
    """The evaluation of the validation split: embeddings, scores, mask, top 20, metrics.

    Args:
        scratch: folder of the run.
        world: name of the data.
        model: registered name; its weights are untrained.
        users: so many of them at most.
        device: cpu or cuda.
    """
    prepared = read_world(scratch / world)
    relevant = prepared.matrices[Split.VALIDATION]
    if users is not None:
        some = np.arange(relevant.shape[0]) < np.flatnonzero(np.diff(relevant.indptr))[:users][-1]
        relevant = sparse.diags_array(some.astype(np.float32)) @ relevant
    split = {**prepared.matrices, Split.VALIDATION: sparse.csr_matrix(relevant)}
    place = resolve_device(device)
    validate = validation(split, train_config(device=device), place)
    untrained = untrained_model(prepared, model).to(place)
    yield None
    while True:
        start = time.perf_counter()
        validate(untrained)
        yield Sample(time.perf_counter() - start)


def untrained_model(world: World, model: str) -> Trained:
    """A model with fresh weights."""
    built = build(model, parameters(model), world.inputs, Randomness.seeded(SEED))
    assert isinstance(built, Trained)
    return built.eval()


def evaluation_stage(scratch: Path, world: str, model: str) -> Work:
    """What the evaluate stage computes: both splits, every metric, the groups."""
    prepared = read_world(scratch / world)
    config = EvaluateConfig(**parameters("evaluate"))
    untrained = untrained_model(prepared, model)
    yield None
    while True:
        start = time.perf_counter()
        evaluate_recommender(untrained.scorer(), prepared.matrices, config)
        yield Sample(time.perf_counter() - start)


def graphs(scratch: Path, world: str) -> Work:
    """All graphs of the graphs stage; `block_mib` is the peak over inputs and outputs."""
    keep_freed_memory()  # as the node does
    folder = scratch / world
    interactions = sparse.load_npz(folder / f"{Split.TRAIN}.npz")
    paths = sorted(folder.glob("*_feat.npy"))
    features = {path.name.removesuffix("_feat.npy"): np.load(path) for path in paths}
    yield None
    before = resident_mib()
    while True:
        start = time.perf_counter()
        made = build_graphs(interactions, features)
        seconds = time.perf_counter() - start
        beyond = peak_mib() - before - _mib(made.values())
        del made  # or the next repetition would hold two
        yield Sample(seconds, notes={"block_mib": beyond})


def _mib(graphs: Iterable[sparse.csr_matrix]) -> float:
    held = (graph.data.nbytes + graph.indices.nbytes + graph.indptr.nbytes for graph in graphs)
    return sum(held) / 2**20
