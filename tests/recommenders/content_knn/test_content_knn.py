"""Content kNN's scores against loops, its weights, and what it refuses."""

import re

import numpy as np
import pytest
import torch

from contracts.world import inputs_of
from siger_pipeline.errors import ParameterError
from siger_pipeline.graphs.knn import knn_graph
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.registry import build, requests_of
from siger_pipeline.recommenders.content_knn.config import Config

DRAW = np.random.default_rng(2)
INTERACTIONS = DRAW.random((9, 14)) < 0.3
FEATURES = {m: DRAW.normal(size=(14, d)).astype(np.float32) for m, d in (("image", 5), ("text", 3))}
FEATURES["image"][4] = 0
FEATURES["text"][[4, 11]] = 0


def scores(modalities: tuple[str, ...], **config: object) -> np.ndarray:
    typed = Config.model_validate(config)
    world = inputs_of(INTERACTIONS, {})
    near = {
        typed.near(m): knn_graph(FEATURES[m], typed.knn_k, weights="cosine", normalised=False)
        for m in modalities
    }
    inputs = ModelInputs(world.interactions, modalities, near)
    model = build("content_knn", typed.model_dump(), inputs, Randomness.seeded(0))
    found: np.ndarray = model.score(torch.arange(9)).numpy()
    return found


def expected(modality: str, others: int) -> np.ndarray:
    """For each of a user's items its nearest other items, by their cosines."""
    x = FEATURES[modality].astype(np.float64)
    result = np.zeros(INTERACTIONS.shape)
    for u, row in enumerate(INTERACTIONS):
        for i in np.flatnonzero(row):
            found = []
            for j in range(len(x)):
                size = np.linalg.norm(x[i]) * np.linalg.norm(x[j])
                if j != i and size:
                    found.append((-(x[i] @ x[j]) / size, j))
            for negative, j in sorted(found)[:others]:
                result[u, j] -= negative
    return result


@pytest.mark.parametrize("modality", ["image", "text"])
def test_scores_are_the_definition(modality: str) -> None:
    found = scores((modality,), knn_k=4)
    np.testing.assert_allclose(found, expected(modality, 3), rtol=1e-5, atol=1e-7)


def test_modalities_are_added_up_by_their_weights() -> None:
    both = expected("image", 3) + expected("text", 3)
    found = scores(("image", "text"), knn_k=4)
    np.testing.assert_allclose(found, both, rtol=1e-5, atol=1e-6)
    weighted = 0.5 * expected("image", 3) + expected("text", 3)
    found = scores(("image", "text"), knn_k=4, weights={"image": 0.5})
    np.testing.assert_allclose(found, weighted, rtol=1e-5, atol=1e-6)


def test_k_beyond_the_catalogue_takes_all_items() -> None:
    np.testing.assert_allclose(scores(("text",), knn_k=99), scores(("text",), knn_k=14))


def test_a_weight_of_zero_leaves_a_modality_unread() -> None:
    config = Config(weights={"image": 0})
    assert config.requests(["image", "text"]) == (config.near("text"),)
    np.testing.assert_array_equal(
        scores(("text",), weights={"image": 0}), scores(("text",), weights={})
    )


def test_weights_that_leave_out_every_modality_are_one_sentence() -> None:
    words = "content_knn.weights leaves out every modality (image): give one of them"
    with pytest.raises(ParameterError, match=re.escape(words)):
        requests_of("content_knn", {"weights": {"image": 0}}, ["image"])


def test_without_features_it_is_one_sentence() -> None:
    with pytest.raises(ParameterError, match="content_knn needs item features of at least 1 mod"):
        requests_of("content_knn", {}, [])
