"""A small world that every model can be built from."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from omegaconf import OmegaConf
from scipy import sparse

from siger_pipeline.data.schema import Split
from siger_pipeline.graphs.recipe import Features, GraphInputs
from siger_pipeline.graphs.registry import build as build_graph
from siger_pipeline.graphs.registry import graphs_of
from siger_pipeline.models.base import Batch, EmbeddingRecommender
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.registry import build, model_class, model_names, requests_of
from siger_pipeline.requests import Request, features
from siger_pipeline.training.config import TrainConfig

CONF = Path(__file__).parents[2] / "conf" / "base"
TRAINED = [name for name in model_names() if issubclass(model_class(name), EmbeddingRecommender)]
CLOSED = [name for name in model_names() if name not in TRAINED]


def config_of(name: str, **changes: Any) -> dict[str, Any]:
    """The model's parameters as the project ships them."""
    loaded = OmegaConf.to_container(OmegaConf.load(CONF / f"parameters_model_{name}.yml"))
    assert isinstance(loaded, dict)
    return {**loaded[name], **changes}


def train_config(**changes: Any) -> TrainConfig:
    """A training on the CPU for a small world."""
    values: dict[str, Any] = {
        "seed": 0,
        "max_epochs": 50,
        "patience": 3,
        "monitor": "recall@20",
        "batch_size": 64,
        "learning_rate": 0.01,
        "device": "cpu",
        "block_mib": 1,
    }
    return TrainConfig(**{**values, **changes})


def inputs_of(
    interactions: np.ndarray, of_items: dict[str, np.ndarray], neighbours: int = 5
) -> ModelInputs:
    """What any model requests, graphs as the graphs stage builds them.

    Args:
        interactions: [U, I].
        of_items: features of each modality.
        neighbours: by co-occurrence, whatever number a model requests.
    """
    matrix = sparse.csr_matrix(interactions.astype(np.float32))
    found: dict[Request, Any] = {features(m): x for m, x in of_items.items()}
    wanted = {r for name in model_names() for r in requests_of(name, config_of(name), [*of_items])}
    for graph in graphs_of(sorted(wanted, key=lambda request: request.name)):
        parts = graph.config.requests()
        read = {r: Features(found[r], ~found[r].any(axis=1)) for r in parts if r.modality}
        graphs = {r: found[r] for r in parts if not r.modality}
        values = dict(graph.request.parameters)
        if graph.request.recipe == "cooccurrence":
            values["k"] = neighbours
        inputs = GraphInputs(matrix, read, graphs)
        found[graph.request] = build_graph(graph.request.recipe, values, inputs)
    return ModelInputs(matrix, tuple(sorted(of_items)), found)


def requested_by(name: str, inputs: ModelInputs, **changes: Any) -> ModelInputs:
    """What the train stage would give this model of some inputs, and nothing else."""
    requests = requests_of(name, config_of(name, **changes), inputs.modalities)
    return ModelInputs(inputs.interactions, inputs.modalities, {r: inputs[r] for r in requests})


def small_world(seed: int = 0, users: int = 30, items: int = 40) -> ModelInputs:
    """Random interactions and two modalities of different widths."""
    draw = np.random.default_rng(seed)
    interactions = draw.random((users, items)) < 0.2
    interactions[np.arange(users), draw.integers(0, items, users)] = True
    of_items = {
        "image": draw.normal(size=(items, 12)).astype(np.float32),
        "text": draw.normal(size=(items, 7)).astype(np.float32),
    }
    # All neighbours are kept: no tie is broken by an index.
    return inputs_of(interactions, of_items, neighbours=items)


def withheld(interactions: sparse.csr_matrix) -> dict[Split, sparse.csr_matrix]:
    """Splits in which everything that is not trained on is held out."""
    others = sparse.csr_matrix((interactions.toarray() == 0).astype(np.float32))
    return {Split.TRAIN: interactions, Split.VALIDATION: others, Split.TEST: others}


def trained_model(
    name: str, inputs: ModelInputs, seed: int = 1, **changes: Any
) -> EmbeddingRecommender:
    model = build(name, config_of(name, **changes), inputs, torch.Generator().manual_seed(seed))
    assert isinstance(model, EmbeddingRecommender)
    return model


def some_batch(inputs: ModelInputs, size: int = 25, seed: int = 2) -> Batch:
    draw = torch.Generator().manual_seed(seed)
    users, items = (torch.from_numpy(x.astype(np.int64)) for x in inputs.interactions.nonzero())
    chosen = torch.randint(len(users), (size,), generator=draw)
    negatives = torch.randint(inputs.n_items, (size,), generator=draw)
    return Batch.of(users[chosen], items[chosen], negatives)
