"""Models that read graphs alone place new items by the features that lie behind these."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from contracts.world import behind_graphs, config_of, requested_by, small_world
from serving.conftest import fitted_of
from siger_pipeline.errors import InputError
from siger_pipeline.graphs.made import made
from siger_pipeline.graphs.recipe import Features
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.registry import requests_of
from siger_pipeline.serving import FittedRecommender, load, parts_of
from siger_pipeline.training.closed_form import fit_at_once

NEW = pd.DataFrame({"item": ["new 0", "new 1", "new 2"]})


def some_features(fitted: FittedRecommender, seed: int = 4) -> dict[str, np.ndarray]:
    """Of three new items, each near to a known one."""
    draw = np.random.default_rng(seed)
    return {
        modality: (rows[[7, 21, 30]] + 0.3 * draw.normal(size=(3, rows.shape[1]))).astype("float32")
        for modality, rows in fitted.parts.behind.items()
    }


def all_features(fitted: FittedRecommender, new: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {m: np.vstack([rows, new[m]]) for m, rows in fitted.parts.behind.items()}


def cosine(x: np.ndarray, i: int, j: int) -> float:
    a, b = x[i].astype(float), x[j].astype(float)
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def nearest(x: np.ndarray, i: int, k: int) -> list[int]:
    return sorted(range(len(x)), key=lambda j: (-round(cosine(x, i, j), 12), j))[:k]


def scores(fitted: FittedRecommender) -> np.ndarray:
    with torch.no_grad():
        return fitted.scorer(torch.arange(len(fitted.users.names))).numpy()


def test_content_knn_scores_a_new_item_by_the_history_items_that_it_is_near_to() -> None:
    fitted = fitted_of("content_knn")
    new = some_features(fitted)
    found = scores(fitted.with_newcomers(items=NEW, features=new))
    wanted = np.zeros((30, 3))
    for x in all_features(fitted, new).values():
        for i in range(40):
            for j in nearest(x, i, 10):
                if j >= 40:
                    users = fitted.parts.inputs.interactions[:, [i]].toarray()[:, 0]
                    wanted[:, j - 40] += users * cosine(x, i, j)
    assert np.count_nonzero(wanted) > 20
    np.testing.assert_allclose(found[:, 40:], wanted, atol=1e-6)
    np.testing.assert_array_equal(found[:, :40], scores(fitted))


def test_content_knn_is_what_it_would_be_computed_with_the_items_to_the_bit() -> None:
    fitted = fitted_of("content_knn")
    new = some_features(fitted)
    users = {"u": ["i03", "new 1"]}
    grown = fitted.with_newcomers(users, NEW, new)
    interactions = grown.parts.inputs.interactions
    of_items = {
        m: Features(x, np.zeros(43, dtype=bool)) for m, x in all_features(fitted, new).items()
    }
    requests = requests_of("content_knn", config_of("content_knn"), ["image", "text"])
    inputs = ModelInputs(interactions, ("image", "text"), made(requests, interactions, of_items))
    again = fit_at_once("content_knn", config_of("content_knn"), 0, inputs)
    whole = again.score(torch.arange(31)).numpy()
    np.testing.assert_array_equal(scores(grown)[:30, 40:], whole[:30, 40:])
    # Known items lose a neighbour in a computation with the new ones, and nothing here.
    assert (scores(grown)[:30, :40] >= whole[:30, :40] - 1e-6).all()


def test_damrs_places_a_new_item_at_the_mean_of_its_neighbours_in_each_graph() -> None:
    fitted = fitted_of("damrs")
    new = some_features(fitted)
    grown = fitted.with_newcomers(items=NEW, features=new)
    x = all_features(fitted, new)
    weights = fitted.parts.checkpoint["weights"]["items"].numpy()
    means = {
        m: np.mean([[cosine(a, i, j) for j in range(43)] for i in range(43)]) for m, a in x.items()
    }
    views = np.zeros((3, weights.shape[1]))
    for modality in x:
        chosen = []
        for i in range(43):
            able = [j for j in range(43) if all(cosine(x[m], i, j) >= means[m] for m in x)]
            able.sort(key=lambda j: (-cosine(x[modality], i, j), j))
            chosen.append(able[:10])
        for n in range(3):
            for j in chosen[40 + n]:
                if j < 40:  # a new item has no embedding of its own
                    degree = len(chosen[40 + n]) * len(chosen[j])
                    views[n] += weights[j] / np.sqrt(degree)
    assert grown.parts.embeddings is not None
    assert views.any(axis=1).all()
    # The third graph, of users in common, knows nothing of them.
    np.testing.assert_allclose(grown.parts.embeddings[1][40:], views / 3, atol=1e-6)


@pytest.mark.parametrize("name", ["content_knn", "damrs"])
def test_what_grew_is_saved_with_its_features_and_grows_again(name: str, tmp_path: Path) -> None:
    fitted = fitted_of(name)
    new = some_features(fitted)
    first = {m: rows[:2] for m, rows in new.items()}
    last = {m: rows[2:] for m, rows in new.items()}
    fitted.with_newcomers(items=NEW[:2], features=first).save(tmp_path / "grown")
    loaded = load(tmp_path / "grown")
    assert {m: len(rows) for m, rows in loaded.parts.behind.items()} == {"image": 42, "text": 42}
    again = loaded.with_newcomers({"u": ["i03", "new 2"]}, NEW[2:], last)
    np.testing.assert_array_equal(scores(again)[:30, :42], scores(loaded))
    assert scores(again)[:, 42].any()


def test_an_item_that_is_nobodys_neighbour_is_named() -> None:
    fitted = fitted_of("damrs")
    new = some_features(fitted)
    new["image"][1] = 0
    grown = fitted.with_newcomers(items=NEW, features=new)
    assert {*grown.left_out} == {"new 1"}
    assert "no item is its neighbour by image and text, as model damrs" in grown.left_out["new 1"]


def test_an_item_that_the_first_users_do_not_score_has_its_place_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fitted = fitted_of("content_knn")
    image = np.random.default_rng(7).normal(size=(1, 12)).astype(np.float32)
    monkeypatch.setattr("siger_pipeline.serving.unplaced.BLOCK", 1)
    grown = fitted.with_newcomers(items=NEW[:1], features={"image": image})
    assert scores(grown)[0, 40] == 0
    assert scores(grown)[1, 40] > 0


def test_features_of_other_items_are_refused() -> None:
    inputs = requested_by("content_knn", small_world())
    fitted = fitted_of("content_knn").parts
    behind = {m: x[:39] for m, x in behind_graphs("content_knn", small_world()).items()}
    with pytest.raises(InputError, match="image have 39 rows, wanted 40"):
        parts_of(fitted.checkpoint, inputs, fitted.users, fitted.items, fitted.seen, behind=behind)
