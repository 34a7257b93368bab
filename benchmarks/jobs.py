"""Jobs on this project's public functions."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import sparse

from benchmarks.data import SEED, World, build_graphs, defaults, features_of, parameters, read_world
from benchmarks.harness import Sample, Work, peak_mib, repeated, resident_mib
from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.evaluate import evaluate_recommender
from siger_pipeline.graphs.registry import requested_graph
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import Trained
from siger_pipeline.models.registry import build, model_config, requests_of
from siger_pipeline.ops.allocator import keep_freed_memory
from siger_pipeline.training.closed_form import fit_at_once
from siger_pipeline.training.config import TrainConfig, merged_settings
from siger_pipeline.training.device import resolve_device
from siger_pipeline.training.progress import Progress
from siger_pipeline.training.start import start_training
from siger_pipeline.training.validation import validation

NEVER = 10**6  # epochs; a measured training ends with its process


def train_config(model: str, **changes: Any) -> TrainConfig:
    """The training settings of a model, but without a stop and with a validation each epoch."""
    endless = {"max_epochs": NEVER, "patience": NEVER, "evaluate_every": 1, "device": "cpu"}
    published = model_config(model).published
    return TrainConfig(**merged_settings(parameters("train"), published, endless, changes))


def epochs(
    scratch: Path,
    world: str,
    model: str,
    steps: int | None = None,
    batch_size: int | None = None,
    device: str = "cpu",
) -> Work:
    """Training epochs, by the training's own clock; of many, the first `steps` are extrapolated.

    The notes have the seconds of the validation.
    """
    prepared = read_world(scratch / world, model)
    sizes = {"batch_size": batch_size} if batch_size else {}
    train = train_config(model, device=device, **sizes)
    part, share = first_steps(prepared, train.batch_size, steps)
    progress = trained(part, model, train)
    yield None
    for done in progress:
        seconds = done.timings.iloc[-1]
        notes = {"seconds_validation": float(seconds["seconds_validation"])}
        notes |= {"steps": round(steps_of_epoch(prepared, train.batch_size) * share)}
        if device == "cuda":
            notes["gpu_mib"] = torch.cuda.max_memory_allocated() / 2**20
        yield Sample(float(seconds["seconds_train"]), share, notes)


def steps_of_epoch(world: World, batch_size: int) -> int:
    """Number of steps of a whole epoch."""
    return -(-world.inputs.interactions.nnz // batch_size)


def trained(world: World, model: str, train: TrainConfig) -> Iterator[Progress]:
    """A training of a model with its default parameters."""
    return start_training(model, defaults(model), train, world.inputs, world.matrices)


def first_steps(world: World, batch_size: int, steps: int | None) -> tuple[World, float]:
    """The world with pairs for so many steps only, and their share; graphs stay whole."""
    pairs = world.inputs.interactions.tocoo()
    if steps is None or steps * batch_size >= pairs.nnz:
        return world, 1.0
    chosen = np.random.default_rng(SEED).permutation(pairs.nnz)[: steps * batch_size]
    fewer = sparse.csr_matrix(
        (pairs.data[chosen], (pairs.row[chosen], pairs.col[chosen])), shape=pairs.shape
    )
    fewer.sort_indices()
    inputs = replace(world.inputs, interactions=fewer)
    return World(world.matrices, inputs), steps / steps_of_epoch(world, batch_size)


def fits(scratch: Path, world: str, model: str) -> Work:
    """What a model that is computed at once takes: the graphs that it requests, and its fit.

    The notes have the seconds of a validation.
    """
    prepared = read_world(scratch / world, model)
    features = features_of(scratch / world)
    requests = [request for request in prepared.inputs.matrices if not request.modality]
    validate = validation(prepared.matrices, train_config(model), resolve_device("cpu"))
    keep_freed_memory()  # as the nodes do
    yield None
    while True:
        start = time.perf_counter()
        made = build_graphs(prepared.inputs.interactions, features, requests)
        named = {request: made[requested_graph(request).request] for request in requests}
        inputs = replace(prepared.inputs, matrices={**prepared.inputs.matrices, **named})
        fitted = fit_at_once(model, defaults(model), SEED, inputs)
        ready = time.perf_counter()
        validate(fitted)
        yield Sample(ready - start, notes={"seconds_validation": time.perf_counter() - ready})
        del made, named, inputs, fitted  # before the next repetition makes others


def validations(
    scratch: Path,
    world: str,
    model: str,
    users: int | None = None,
    device: str = "cpu",
) -> Work:
    """Evaluations of the validation split by untrained weights, of at most so many users.

    They go from embeddings through scores, mask and top 20 to metrics.
    """
    prepared = read_world(scratch / world, model)
    relevant = prepared.matrices[Split.VALIDATION]
    if users is not None:
        some = np.arange(relevant.shape[0]) < np.flatnonzero(np.diff(relevant.indptr))[:users][-1]
        relevant = sparse.diags_array(some.astype(np.float32)) @ relevant
    split = {**prepared.matrices, Split.VALIDATION: sparse.csr_matrix(relevant)}
    target = resolve_device(device)
    validate = validation(split, train_config(model, device=device), target)
    untrained = untrained_model(prepared, model).to(target)
    return repeated(lambda: validate(untrained))


def untrained_model(world: World, model: str) -> Trained:
    """A model with fresh weights."""
    built = build(model, defaults(model), world.inputs, Randomness.seeded(SEED))
    assert isinstance(built, Trained)
    return built.eval()


def evaluate_stage(scratch: Path, world: str, model: str) -> Work:
    """The computation of the evaluate stage: both splits, every metric, the groups."""
    prepared = read_world(scratch / world, model)
    config = EvaluateConfig(**parameters("evaluate"))
    untrained = untrained_model(prepared, model)
    return repeated(lambda: evaluate_recommender(untrained.scorer(), prepared.matrices, config))


def graphs(scratch: Path, world: str, model: str, only: str = "") -> Work:
    """The graphs that a model requests, or those whose names begin with `only`.

    `block_mib` of the notes is the peak memory over inputs and outputs.
    """
    keep_freed_memory()  # as the node of the stage does
    interactions = sparse.load_npz(scratch / world / f"{Split.TRAIN}.npz")
    features = {m: np.array(values) for m, values in features_of(scratch / world).items()}
    requests = [
        request
        for request in requests_of(model, defaults(model), sorted(features))
        if request.name.startswith(only)
    ]
    yield None
    before = resident_mib()
    while True:
        start = time.perf_counter()
        made = build_graphs(interactions, features, requests)
        seconds = time.perf_counter() - start
        outputs = sum(part.nbytes for g in made.values() for part in (g.data, g.indices, g.indptr))
        del made  # before the next repetition makes others
        yield Sample(seconds, notes={"block_mib": peak_mib() - before - outputs / 2**20})
