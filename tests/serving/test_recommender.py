"""Who gets what, and what is like what, against slow references."""

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch

from serving.conftest import USERS, fitted_of
from siger_pipeline.errors import ParameterError
from siger_pipeline.requests import features
from siger_pipeline.serving import FittedRecommender
from siger_pipeline.serving.ids import UnknownIdsError


def ranked(scores: np.ndarray, left_out: set[int], k: int) -> list[int]:
    """The k best, ties to the smaller index."""
    order = sorted(range(len(scores)), key=lambda item: (-scores[item], item))
    return [item for item in order if item not in left_out][:k]


@pytest.mark.parametrize("exclude", ["seen", "none"])
def test_lists_are_the_best_items_by_the_dot_product(
    lightgcn: FittedRecommender, exclude: str
) -> None:
    assert lightgcn.parts.embeddings is not None
    users, items = lightgcn.parts.embeddings
    table = lightgcn.recommend(["007", "000"], k=4, exclude=exclude)  # type: ignore[arg-type]
    for user in (7, 0):
        seen = set(lightgcn.parts.seen[user].indices) if exclude == "seen" else set()
        rows = table[table["user"] == f"{user:03}"]
        best = ranked(items @ users[user], seen, 4)
        assert rows["item"].tolist() == [f"i{item:02}" for item in best]
        assert rows["rank"].tolist() == [1, 2, 3, 4]
    assert table["user"].unique().tolist() == ["007", "000"]


def test_an_id_is_a_text_and_007_is_not_7(lightgcn: FittedRecommender) -> None:
    assert lightgcn.recommend(["007"], k=1)["user"].tolist() == ["007"]
    with pytest.raises(UnknownIdsError, match="1 of 1 users are not known to the recommender: '7'"):
        lightgcn.recommend(["7"])


def test_unknown_ids_are_counted_and_the_first_ones_named(lightgcn: FittedRecommender) -> None:
    asked = [*(f"x{n}" for n in range(9)), "003", "x0"]
    known, unknown = lightgcn.users.known(asked)
    assert known == ["003"]
    assert unknown == [*(f"x{n}" for n in range(9)), "x0"]
    with pytest.raises(UnknownIdsError, match="'x0', 'x1', 'x2', 'x3', 'x4' and 4 more") as error:
        lightgcn.recommend(asked)
    assert error.value.ids == [f"x{n}" for n in range(9)]


def test_titles_are_unescaped_once_and_missing_ones_stay_missing(
    lightgcn: FittedRecommender,
) -> None:
    titles = lightgcn.recommend(["001"], k=40, exclude="none").set_index("item")["title"]
    assert titles["i01"] == "Corkle & Finch"
    assert titles.isna().to_dict()["i00"]
    assert "row" not in lightgcn.parts.items


def test_a_list_longer_than_the_catalogue_has_what_is_left(lightgcn: FittedRecommender) -> None:
    seen = lightgcn.parts.seen[5].nnz
    assert len(lightgcn.recommend(["005"], k=10**9)) == 40 - seen


def test_blocks_give_the_same_lists_in_the_same_order(siger: FittedRecommender) -> None:
    users = [*USERS[::-1], "004"]
    whole = siger.recommend(users, k=3)
    blocks = list(siger.recommend_in_blocks(iter(users), k=3, block=7))
    assert [len(block) for block in blocks] == [21, 21, 21, 21, 9]
    parts = [row for block in blocks for row in block["item"]]
    assert parts == whole["item"].tolist()


@pytest.mark.parametrize(
    ("options", "words"),
    [({"k": 0}, "k, the length of a list"), ({"exclude": "bought"}, "exclude is 'bought'")],
)
def test_what_cannot_be_asked_for(lightgcn: FittedRecommender, options: dict, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        lightgcn.recommend(["001"], **options)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    norms = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / norms) if norms else 0.0


@pytest.mark.parametrize("by", [None, "embedding", "content:text", "cooccurrence", "graph:knn"])
def test_similar_items_by_a_slow_reference(siger: FittedRecommender, by: str | None) -> None:
    parts = siger.parts
    assert parts.embeddings is not None
    name = "graph:knn-text-k10" if by == "graph:knn" else by
    if by == "cooccurrence":
        has = parts.inputs.interactions.toarray() != 0
        scores = [float((has[:, 3] & has[:, other]).sum()) for other in range(40)]
    elif by == "graph:knn":
        (graph,) = (m for r, m in parts.inputs.matrices.items() if r.name == "knn-text-k10")
        scores = graph.toarray()[3].tolist()
    else:
        table = parts.inputs[features("text")] if by == "content:text" else parts.embeddings[1]
        scores = [cosine(table[3], table[other]) for other in range(40)]
    found = siger.similar(["i03"], k=6, by=name)
    best = [item for item in ranked(np.array(scores), {3}, 6) if scores[item] > 0]
    assert found["similar"].tolist() == [f"i{item:02}" for item in best]
    np.testing.assert_allclose(found["score"], [scores[item] for item in best], rtol=1e-5)


def test_an_item_without_features_is_like_no_other(siger: FittedRecommender) -> None:
    inputs = siger.parts.inputs
    text = inputs[features("text")].copy()
    text[3] = 0
    inputs = replace(inputs, matrices={**inputs.matrices, features("text"): text})
    other = FittedRecommender(replace(siger.parts, inputs=inputs))
    assert other.similar(["i03"], by="content:text").empty
    assert "i03" not in set(other.similar(["i04"], k=39, by="content:text")["similar"])


def test_a_way_of_comparing_that_there_is_not_names_those_that_there_are() -> None:
    itemknn = fitted_of("itemknn")
    with pytest.raises(ParameterError, match="'embedding': model itemknn has cooccurrence, graph:"):
        itemknn.similar(["i03"], by="embedding")
    assert not itemknn.similar(["i03"]).empty


def test_users_without_history_are_known_and_named(lightgcn: FittedRecommender) -> None:
    emptied = lightgcn.parts.inputs.interactions.tolil()
    emptied[4] = 0
    inputs = replace(lightgcn.parts.inputs, interactions=emptied.tocsr())
    fitted = FittedRecommender(replace(lightgcn.parts, inputs=inputs))
    assert fitted.without_history(["003", "004"]) == ["004"]


def test_scoring_keeps_the_embeddings_as_they_are(
    lightgcn: FittedRecommender, caplog: pytest.LogCaptureFixture
) -> None:
    assert lightgcn.parts.embeddings is not None
    before = [table.copy() for table in lightgcn.parts.embeddings]
    with caplog.at_level(logging.WARNING):
        lightgcn.scorer(torch.arange(3))
        lightgcn.similar(["i01"])
    assert all(map(np.array_equal, before, lightgcn.parts.embeddings))
    assert not caplog.records
