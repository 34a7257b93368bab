"""New users and new items: placed by the model's own propagation, known ones as they were."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from serving.conftest import fitted_of
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.models.registry import model_names
from siger_pipeline.serving import FittedRecommender, load

WITHOUT = {"mf_bpr", "vbpr"}  # a user is a vector that training makes, and nothing else
NO_FEATURES = (
    "ease",
    "itemknn",
    "lightgcn",
    "mf_bpr",
    "popularity",
    "random",
)
NO_ITEMS = {
    **dict.fromkeys(NO_FEATURES, "reads no features, by which an item without interactions is"),
    "ease_text": "model ease_text gives an item without interactions no score",
    "miggt": "model miggt stores encoders.image.inputs of each item",
}


def histories_of(fitted: FittedRecommender, *users: int) -> dict[str, list[str]]:
    rows = fitted.parts.inputs.interactions
    return {f"new {user}": list(fitted.items.names[rows[user].indices]) for user in users}


def new_item(fitted: FittedRecommender, like: int) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """An item with the features of a known one."""
    features = {
        str(request.modality): matrix[[like]]
        for request, matrix in fitted.parts.inputs.matrices.items()
        if request.modality
    }
    features |= {modality: matrix[[like]] for modality, matrix in fitted.parts.behind.items()}
    return pd.DataFrame({"item": ["new"], "title": ["Corkle &amp; Finch II"]}), features


@pytest.mark.parametrize("name", model_names())
def test_every_model_places_new_users_or_says_that_it_cannot(name: str) -> None:
    fitted = fitted_of(name)
    histories = histories_of(fitted, 3, 5)
    if name in WITHOUT:
        with pytest.raises(InputError, match=f"model {name} gives a user without training no"):
            fitted.with_newcomers(histories)
        return
    grown = fitted.with_newcomers(histories)
    assert not grown.left_out
    for user, history in histories.items():
        table = grown.recommend([user], 40)
        assert len(table) == 40 - len(history)
        assert not set(table[Columns.ITEM]) & set(history)
    before, after = (each.recommend(list(fitted.users.names), 10) for each in (fitted, grown))
    if name != "itemknn":  # its scores are divided by roots of degrees, one product for all
        pd.testing.assert_frame_equal(before, after)


@pytest.mark.parametrize("name", model_names())
def test_every_model_places_new_items_or_says_that_it_cannot(name: str) -> None:
    fitted = fitted_of(name)
    items, features = new_item(fitted, like=7)
    if name in NO_ITEMS:
        with pytest.raises(InputError, match=NO_ITEMS[name]):
            fitted.with_newcomers(items=items, features=features)
        return
    grown = fitted.with_newcomers(items=items, features=features)
    table = grown.recommend(["003"], 41, exclude="none")
    assert table[Columns.ITEM].tolist().count("new") == 1
    assert np.isfinite(table[Columns.SCORE]).all()
    everybody, columns = list(fitted.users.names), [Columns.USER, Columns.ITEM, Columns.SCORE]
    before, after = (
        each.recommend(everybody, each.parts.inputs.n_items, exclude="none")[columns]
        for each in (fitted, grown)
    )
    merged = before.merge(after, on=columns[:2], suffixes=("", "_after"))
    assert len(merged) == len(before)
    np.testing.assert_array_equal(merged[Columns.SCORE], merged[f"{Columns.SCORE}_after"])


@pytest.mark.parametrize("name", ["ease", "ease_text", "itemknn", "content_knn", "popularity"])
def test_a_sum_over_the_history_is_exact(name: str) -> None:
    fitted = fitted_of(name)
    grown = fitted.with_newcomers(histories_of(fitted, 3))
    known = fitted.recommend([fitted.users.names[3]], 40)
    new = grown.recommend(["new 3"], 40)
    assert new[Columns.ITEM].tolist() == known[Columns.ITEM].tolist()
    np.testing.assert_allclose(new[Columns.SCORE], known[Columns.SCORE], rtol=1e-6)


def test_a_new_user_of_lightgcn_is_propagated_on_the_graph_with_them(
    lightgcn: FittedRecommender,
) -> None:
    history = histories_of(lightgcn, 3)
    grown = lightgcn.with_newcomers(history)
    weights = {k: v.numpy() for k, v in lightgcn.parts.checkpoint["weights"].items()}
    interactions = lightgcn.parts.inputs.interactions.toarray()
    with_them = np.vstack([interactions, interactions[3]])
    degrees = with_them.sum(1, keepdims=True), with_them.sum(0, keepdims=True)
    graph = with_them / np.sqrt(np.maximum(degrees[0], 1) * np.maximum(degrees[1], 1))
    users = np.vstack([weights["users"], np.zeros_like(weights["users"][:1])])
    items, layers = weights["items"], int(lightgcn.parts.checkpoint["config"]["layers"])
    total = users[-1].copy()
    for _ in range(layers):
        users, items = graph @ items, graph.T @ users
        total += users[-1]
    assert grown.parts.embeddings is not None
    np.testing.assert_allclose(grown.parts.embeddings[0][-1], total / (layers + 1), atol=1e-6)


def test_a_new_item_is_placed_beside_the_one_with_the_same_features(
    siger: FittedRecommender,
) -> None:
    items, features = new_item(siger, like=7)
    grown = siger.with_newcomers(items=items, features=features)
    assert grown.titles[-1] == "Corkle & Finch II"
    for by in ("content:text", "content:image"):
        similar = grown.similar(["new"], 40, by)
        same = similar.loc[similar["similar"] == siger.items.names[7], Columns.SCORE].item()
        assert same == pytest.approx(1, abs=1e-5)
    scores = grown.recommend(list(siger.users.names), 40, exclude="none")
    assert set(scores.loc[scores[Columns.ITEM] == "new", Columns.USER]) == set(siger.users.names)
    kept = scores[scores[Columns.ITEM] != "new"].drop(columns=Columns.RANK).reset_index(drop=True)
    before = siger.recommend(list(siger.users.names), 39 + 1, exclude="none")
    left = before.groupby(Columns.USER, sort=False).head(40).drop(columns=Columns.RANK)
    merged = kept.merge(left, on=[Columns.USER, Columns.ITEM], suffixes=("", "_before"))
    assert len(merged) == len(kept)
    np.testing.assert_array_equal(merged[Columns.SCORE], merged[f"{Columns.SCORE}_before"])


def test_a_new_item_has_its_own_neighbours_in_graphs_and_known_rows_stay(
    siger: FittedRecommender,
) -> None:
    items, features = new_item(siger, like=7)
    grown = siger.with_newcomers(items=items, features=features).parts.inputs.matrices
    compared = [r for r in grown if r.recipe == "knn"]
    assert len(compared) == 2
    for request in compared:
        before, after = siger.parts.inputs.matrices[request], grown[request]
        assert after[40, :40].toarray().argmax() == 7
        assert (after[:40, :40] != before).nnz == 0
        assert after[:40, 40].nnz == 0


def test_a_new_user_may_have_a_new_item(siger: FittedRecommender) -> None:
    items, features = new_item(siger, like=7)
    grown = siger.with_newcomers({"u": ["new", "i03"]}, items, features)
    assert "new" not in set(grown.recommend(["u"], 41)[Columns.ITEM])
    assert grown.parts.inputs.interactions.shape == (31, 41)


def test_what_grew_is_saved_loaded_and_grows_again(
    siger: FittedRecommender, tmp_path: Path
) -> None:
    items, features = new_item(siger, like=7)
    grown = siger.with_newcomers({"u": ["i03"]}, items, features)
    grown.save(tmp_path / "a")
    loaded = load(tmp_path / "a")
    again = loaded.with_newcomers({"v": ["new", "i05"]})
    pd.testing.assert_frame_equal(again.recommend(["u", "000"]), grown.recommend(["u", "000"]))
    assert again.parts.card["folded_in"] == {"users": 2, "items": 1}
    assert "1 users and 1 items were folded in" in (tmp_path / "a" / "README.md").read_text()


def test_who_cannot_be_placed_is_named_and_the_others_are_served(siger: FittedRecommender) -> None:
    items = pd.DataFrame({"item": ["a", "b", "i03"], "title": [None, "B", "C"]})
    _, one = new_item(siger, like=7)
    features = {m: np.vstack([np.full_like(rows, np.nan), rows, rows]) for m, rows in one.items()}
    histories = {"u": ["i01", "zzz"], "v": [], "w": ["zzz"], "003": ["i01"]}
    grown = siger.with_newcomers(histories, items, features)
    assert set(grown.left_out) == {"a", "i03", "v", "w", "003"}
    assert "it has no features, and some of image or text" in grown.left_out["a"]
    assert "knows the item already" in grown.left_out["i03"]
    assert "no history is given" in grown.left_out["v"]
    assert "nobody knows an item" in grown.left_out["w"]
    assert "knows the user already" in grown.left_out["003"]
    assert dict(grown.unknown) == {"u": ["zzz"], "w": ["zzz"]}
    assert grown.users.names[-1] == "u"
    assert grown.items.names[-1] == "b"


def test_a_model_without_features_cannot_place_items(lightgcn: FittedRecommender) -> None:
    with pytest.raises(InputError, match="model lightgcn reads no features, by which an item"):
        lightgcn.with_newcomers(items=pd.DataFrame({"item": ["new"]}))


@pytest.mark.parametrize(
    ("histories", "items", "features", "message"),
    [
        ({}, ["a"], {"text": np.ones((1, 3))}, r"text have shape \(1, 3\), wanted \(1, "),
        ({}, ["a"], {"sound": np.ones((1, 3))}, "sound are given, and model siger reads those of"),
        ({}, ["a", "a"], {}, "'a' stands twice"),
        ({}, [7], {}, "7 among the ids of new items is a int"),
        ({7: ["i01"]}, [], {}, "7 among the ids of new users is a int"),
        ({}, [], {}, "no newcomer was named"),
    ],
)
def test_what_does_not_fit_is_refused(
    siger: FittedRecommender,
    histories: dict[str, list[str]],
    items: list[str],
    features: dict[str, np.ndarray],
    message: str,
) -> None:
    with pytest.raises(InputError, match=message):
        siger.with_newcomers(histories, pd.DataFrame({"item": items}), features)


def test_infinite_features_are_refused(siger: FittedRecommender) -> None:
    items, features = new_item(siger, like=7)
    features["text"] = np.full_like(features["text"], np.inf)
    with pytest.raises(InputError, match="text of the new item 'new' are infinite"):
        siger.with_newcomers(items=items, features=features)
