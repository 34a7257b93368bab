"""A small data set that every model can be built from, and the models that the tests run on."""

from typing import Any

import numpy as np
import torch
from scipy import sparse

from siger_pipeline.data.schema import Split
from siger_pipeline.graphs.bipartite import normalised_bipartite
from siger_pipeline.graphs.cooccurrence import cooccurrence_graph
from siger_pipeline.graphs.enhance import enhance
from siger_pipeline.graphs.knn import knn_graph
from siger_pipeline.models.base import ModelInputs
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import Trained
from siger_pipeline.models.registry import MODELS, build, model_class, model_config
from siger_pipeline.training.config import TrainConfig

EVERY = sorted(MODELS)
TRAINED = [name for name in EVERY if issubclass(model_class(name), Trained)]
CLOSED = [name for name in EVERY if name not in TRAINED]


def config_of(name: str, **changes: Any) -> dict[str, Any]:
    """The model's default parameters, but for some changes."""
    return model_config(name)(**changes).model_dump()


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
    interactions: np.ndarray, features: dict[str, np.ndarray], neighbours: int = 5
) -> ModelInputs:
    """Graphs as the graphs stage builds them."""
    matrix = sparse.csr_matrix(interactions.astype(np.float32))
    cooccurrence = cooccurrence_graph(matrix, neighbours)
    enhanced = {m: enhance(cooccurrence, knn_graph(x, 10), 0.3) for m, x in features.items()}
    return ModelInputs(matrix, normalised_bipartite(matrix), features, enhanced)


def small_world(seed: int = 0, users: int = 30, items: int = 40) -> ModelInputs:
    """Random interactions and two modalities of different widths."""
    draw = np.random.default_rng(seed)
    interactions = draw.random((users, items)) < 0.2
    interactions[np.arange(users), draw.integers(0, items, users)] = True
    features = {
        "image": draw.normal(size=(items, 12)).astype(np.float32),
        "text": draw.normal(size=(items, 7)).astype(np.float32),
    }
    # All neighbours are kept: no tie is broken by an index.
    return inputs_of(interactions, features, neighbours=items)


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
