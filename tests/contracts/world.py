"""A small data set that every model can be built from, and the models that the tests run on."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from scipy import sparse

from contracts.plugged_in import awkward_models
from siger_pipeline.data.schema import Split
from siger_pipeline.graphs.recipe import Features, GraphInputs
from siger_pipeline.graphs.registry import build as build_graph
from siger_pipeline.graphs.registry import features_behind, graphs_of, requested_graph
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import Trained
from siger_pipeline.models.registry import (
    build,
    model_class,
    model_config,
    model_names,
    requests_of,
)
from siger_pipeline.requests import Request, features
from siger_pipeline.training.config import TrainConfig

OURS = model_names()
with awkward_models():
    EVERY = model_names()
    TRAINED = [name for name in EVERY if issubclass(model_class(name), Trained)]
CLOSED = [name for name in EVERY if name not in TRAINED]


# What a model asks for where a data set has other modalities than its paper's.
ASKED_FOR: dict[str, dict[str, Any]] = {"freedom": {"weights": {"audio": 0.5, "video": 0.5}}}


def config_of(name: str, **changes: Any) -> dict[str, Any]:
    """The model's default parameters, but for some changes."""
    return model_config(name)(**ASKED_FOR.get(name, {}) | changes).model_dump()


def train_config(**changes: Any) -> TrainConfig:
    """A training on the CPU for a small world."""
    values: dict[str, Any] = {
        "seed": 0,
        "max_epochs": 50,
        "patience": 3,
        "evaluate_every": 1,
        "monitor": "recall@20",
        "batch_size": 64,
        "learning_rate": 0.01,
        "decay": 1.0,
        "decay_epochs": 1,
        "least_learning_rate": 0.0,
        "weight_decay": 0.0,
        "device": "cpu",
        "block_mib": 1,
    }
    return TrainConfig(**{**values, **changes})


def train_config_of(name: str, **changes: Any) -> TrainConfig:
    """The training of a model: its published settings, but small."""
    return train_config(**{**model_config(name).published, "batch_size": 64, **changes})


def inputs_of(
    interactions: np.ndarray,
    of_items: dict[str, np.ndarray],
    neighbours: int = 5,
    more: Iterable[Request] = (),
) -> ModelInputs:
    """What any model requests, graphs as the graphs stage builds them.

    Args:
        interactions: [U, I].
        of_items: features of each modality.
        neighbours: by co-occurrence, whatever number a model requests.
        more: graphs that no model requests by default.
    """
    matrix = sparse.csr_matrix(interactions.astype(np.float32))
    found: dict[Request, Any] = {features(m): x for m, x in of_items.items()}
    able = (name for name in model_names() if len(of_items) >= model_config(name).fewest_modalities)
    wanted = {r for name in able for r in requests_of(name, config_of(name), [*of_items])}
    wanted |= {*more}
    for graph in graphs_of(sorted(wanted, key=lambda request: request.name)):
        parts = graph.config.requests()
        read = {r: Features(found[r], ~found[r].any(axis=1)) for r in parts if r.modality}
        graphs = {r: found[r] for r in parts if not r.modality}
        values = dict(graph.request.parameters)
        if graph.request.recipe in ("cooccurrence", "iib"):
            values["k"] = neighbours
        inputs = GraphInputs(matrix, read, graphs)
        found[graph.request] = build_graph(graph.request.recipe, values, inputs)
    # A model may spell out a parameter's default.
    found |= {r: found[requested_graph(r).request] for r in wanted if not r.modality}
    return ModelInputs(matrix, tuple(sorted(of_items)), found)


def requested_by(name: str, inputs: ModelInputs, **changes: Any) -> ModelInputs:
    """What the train stage would give this model of some inputs, and nothing else."""
    requests = requests_of(name, config_of(name, **changes), inputs.modalities)
    return ModelInputs(inputs.interactions, inputs.modalities, {r: inputs[r] for r in requests})


def behind_graphs(name: str, inputs: ModelInputs) -> dict[str, np.ndarray]:
    """The features that this model's graphs are made of and that it does not read itself."""
    requests = requests_of(name, config_of(name), inputs.modalities)
    return {m: inputs[features(m)] for m in features_behind(requests)}


def small_world(
    seed: int = 0,
    users: int = 30,
    items: int = 40,
    widths: Mapping[str, int] = MappingProxyType({"image": 12, "text": 7}),
) -> ModelInputs:
    """Random interactions, and modalities of different widths; a copy, for one test."""
    return deepcopy(_small_world(seed, users, items, tuple(widths.items()), model_names()))


@cache
def _small_world(
    seed: int, users: int, items: int, widths: tuple[tuple[str, int], ...], _: tuple[str, ...]
) -> ModelInputs:
    # Which graphs it has depends on the models that there are.
    draw = np.random.default_rng(seed)
    interactions = draw.random((users, items)) < 0.2
    interactions[np.arange(users), draw.integers(0, items, users)] = True
    of_items = {m: draw.normal(size=(items, d)).astype(np.float32) for m, d in widths}
    # All neighbours are kept: no tie is broken by an index.
    return inputs_of(interactions, of_items, neighbours=items)


MODALITIES = MappingProxyType({"text": 7, "image": 12, "audio": 5})


def world_of(count: int) -> ModelInputs:
    """The small world with so many modalities, of `MODALITIES` the first."""
    return small_world(widths=dict([*MODALITIES.items()][:count]))


def withheld(interactions: sparse.csr_matrix) -> dict[Split, sparse.csr_matrix]:
    """Splits in which everything that is not trained on is held out."""
    others = sparse.csr_matrix((interactions.toarray() == 0).astype(np.float32))
    return {Split.TRAIN: interactions, Split.VALIDATION: others, Split.TEST: others}


def trained_model(name: str, inputs: ModelInputs, seed: int = 1, **changes: Any) -> Trained:
    """A model with fresh weights, before its first epoch."""
    model = build(name, config_of(name, **changes), inputs, Randomness.seeded(seed))
    assert isinstance(model, Trained)
    return model


def started(name: str, inputs: ModelInputs, seed: int = 1) -> Trained:
    """A model with fresh weights, at the start of its first epoch."""
    model = trained_model(name, inputs, seed)
    model.start_epoch(Randomness.seeded(seed))
    return model


def batch_of(model: Trained, inputs: ModelInputs, size: int = 25, seed: int = 2) -> Batch:
    """A batch as the model asks for it."""
    return next(iter(model.batches(inputs.interactions, size).epoch(Randomness.seeded(seed))))


def some_batch(inputs: ModelInputs, size: int = 25, seed: int = 2) -> Batch:
    """A batch of pairs with one negative each."""
    draw = torch.Generator().manual_seed(seed)
    users, items = (torch.from_numpy(x.astype(np.int64)) for x in inputs.interactions.nonzero())
    chosen = torch.randint(len(users), (size,), generator=draw)
    negatives = torch.randint(inputs.n_items, (size,), generator=draw)
    return Batch.of(users[chosen], items[chosen], negatives)
