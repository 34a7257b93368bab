"""ItemKNN's scores against loops."""

import math

import numpy as np
import pytest
import torch

from contracts.world import inputs_of
from siger_pipeline.graphs.item_cosine import item_cosine_graph
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.registry import build
from siger_pipeline.recommenders.itemknn.config import Config
from siger_pipeline.requests import graph

INTERACTIONS = np.random.default_rng(1).random((12, 15)) < 0.3
INTERACTIONS[3] = False  # a user without interactions
INTERACTIONS[:, 6] = False  # an item without users
WORLD = inputs_of(INTERACTIONS, {})


def scores(k: int, shrinkage: float) -> np.ndarray:
    request = graph("item_cosine", k=k, shrinkage=shrinkage)
    near = item_cosine_graph(WORLD.interactions, k, shrinkage)
    inputs = ModelInputs(WORLD.interactions, (), {request: near})
    model = build("itemknn", {"k": k, "shrinkage": shrinkage}, inputs, Randomness.seeded(0))
    found: np.ndarray = model.score(torch.arange(12)).numpy()
    return found


@pytest.mark.parametrize(("k", "shrinkage"), [(2, 0.0), (1000, 3.0)])
def test_scores_are_the_definition(k: int, shrinkage: float) -> None:
    expected = np.zeros((12, 15))
    users = [set(np.flatnonzero(column)) for column in INTERACTIONS.T]
    for u, row in enumerate(INTERACTIONS):
        items = np.flatnonzero(row)
        for i in items:
            cosines = []
            for j in range(15):
                common = len(users[i] & users[j])
                size = math.sqrt(len(users[i]) * len(users[j])) + shrinkage
                if j != i and common:
                    cosines.append((-common / size, j))
            for negative, j in sorted(cosines)[:k]:
                expected[u, j] -= negative / math.sqrt(len(items))
    np.testing.assert_allclose(scores(k, shrinkage), expected, rtol=1e-5)


def test_a_user_and_an_item_without_interactions_have_scores_of_zero() -> None:
    found = scores(1000, 0.0)
    assert not found[3].any()
    assert not found[:, 6].any()


def test_it_requests_one_graph() -> None:
    assert Config(k=7, shrinkage=2).requests(["text"]) == (graph("item_cosine", k=7, shrinkage=2),)
