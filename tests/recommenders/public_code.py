"""A comparison with the models' public code: the same weights, graphs and batch in both.

A folder of a model may hold `public.json`: the loss terms that its public code computed on
`tiny_world` and `tiny_batch` with the weights of `set_weights`, and two numbers of each gradient.
They came from a checkout of the named commit; no code of it is here.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from contracts.world import config_of, inputs_of
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.recommender import Trained
from siger_pipeline.models.registry import requests_of

USERS, ITEMS, PAIRS = 14, 11, 12


def tiny_interactions() -> np.ndarray:
    """[U, I], each user with an item and each item with a user."""
    draw = np.random.default_rng(41)
    interactions = draw.random((USERS, ITEMS)) < 0.3
    interactions[np.arange(USERS), draw.integers(0, ITEMS, USERS)] = True
    interactions[draw.integers(0, USERS, ITEMS), np.arange(ITEMS)] = True
    return interactions


def tiny_features() -> dict[str, np.ndarray]:
    """By modality, [I, d_m]."""
    draw = np.random.default_rng(42)
    widths = {"image": 9, "text": 6}
    return {m: draw.normal(size=(ITEMS, d)).astype(np.float32) for m, d in widths.items()}


def tiny_world(name: str = "siger", **changes: Any) -> ModelInputs:
    """Of every model, and of one with some hyperparameters."""
    requests = requests_of(name, config_of(name, **changes), [*tiny_features()])
    graphs = [request for request in requests if not request.modality]
    return inputs_of(tiny_interactions(), tiny_features(), more=graphs)


def tiny_batch() -> Batch:
    """Training pairs, some with the same user or item, and negatives."""
    draw = np.random.default_rng(43)
    users, items = np.nonzero(tiny_interactions())
    chosen = draw.integers(0, len(users), PAIRS)
    negatives = draw.integers(0, ITEMS, PAIRS)
    return Batch.of(*(torch.from_numpy(x) for x in (users[chosen], items[chosen], negatives)))


def values(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """The weights of a parameter of ours, float64, by its name and shape."""
    seed = [44, *name.encode()]
    return np.random.default_rng(seed).normal(scale=0.3, size=shape)


def set_weights(model: Trained) -> None:
    """Replace all weights, and compute in float64 from now on."""
    model.double()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(values(name, tuple(parameter.shape))))


def summary(gradient: np.ndarray) -> list[float]:
    """Length, and the product with a fixed direction."""
    probe = np.random.default_rng(45).normal(size=gradient.shape)
    return [float(np.linalg.norm(gradient)), float((gradient * probe).sum())]


def check(folder: Path, terms: dict[str, torch.Tensor], model: Trained, rel: float = 1e-5) -> None:
    """Compare loss terms and the gradients of their sum with `public.json` of a folder."""
    public: dict[str, Any] = json.loads((folder / "public.json").read_text())
    assert set(public) == {"repository", "commit", "terms", "gradients"}
    found = {name: term.item() for name, term in terms.items()}
    assert found == pytest.approx(public["terms"], rel=rel)
    torch.stack(list(terms.values())).sum().backward()
    gradients = {
        name: summary(parameter.grad.numpy())
        for name, parameter in model.named_parameters()
        if parameter.grad is not None
    }
    assert gradients.keys() == public["gradients"].keys()
    for name, expected in public["gradients"].items():
        assert gradients[name] == pytest.approx(expected, rel=rel, abs=1e-9), name
