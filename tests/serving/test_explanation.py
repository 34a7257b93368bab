"""Shares of a score, against closed forms and propagation written out."""

import numpy as np
import pytest
import torch

from serving.conftest import fitted_of
from siger_pipeline.recommenders.lightgcn.config import BIPARTITE
from siger_pipeline.serving import FittedRecommender
from siger_pipeline.serving.explanation import shares

ITEMS = np.array([1, 5, 39])


@pytest.mark.parametrize("name", ["ease", "itemknn"])
def test_a_sum_over_the_history_is_taken_apart_exactly(name: str) -> None:
    fitted = fitted_of(name)
    history = fitted.parts.inputs.interactions[3].indices
    found = shares(fitted.parts, fitted.model, 3, ITEMS)
    if name == "ease":
        terms = fitted.parts.checkpoint["weights"]["weights"].numpy()[np.ix_(history, ITEMS)]
    else:
        (graph,) = fitted.parts.inputs.matrices.values()
        terms = graph.toarray()[np.ix_(history, ITEMS)] / np.sqrt(len(history))
    np.testing.assert_allclose(found, terms, atol=1e-6)
    scores = fitted.model.score(torch.tensor([3]))[0].numpy()[ITEMS]
    np.testing.assert_allclose(found.sum(axis=0), scores, atol=1e-5)


def propagated(graph: np.ndarray, weights: dict[str, np.ndarray], layers: int) -> np.ndarray:
    """Scores of LightGCN, layer by layer."""
    users, items = weights["users"], weights["items"]
    sums = [users.copy(), items.copy()]
    for _ in range(layers):
        users, items = graph @ items, graph.T @ users
        sums = [sums[0] + users, sums[1] + items]
    scores: np.ndarray = (sums[0] @ sums[1].T) / (layers + 1) ** 2
    return scores


def test_a_propagation_is_done_again_without_the_edge(lightgcn: FittedRecommender) -> None:
    parts = lightgcn.parts
    graph = parts.inputs[BIPARTITE].toarray().astype(np.float64)
    weights = {key: value.numpy() for key, value in parts.checkpoint["weights"].items()}
    layers = parts.checkpoint["config"]["layers"]
    whole = propagated(graph, weights, layers)[3, ITEMS]
    found = shares(parts, lightgcn.model, 3, ITEMS)
    for row, item in enumerate(parts.inputs.interactions[3].indices):
        without = graph.copy()
        without[3, item] = 0
        expected = whole - propagated(without, weights, layers)[3, ITEMS]
        np.testing.assert_allclose(found[row], expected, atol=1e-6)


def test_the_largest_shares_come_first_with_the_graphs_that_join_the_items(
    siger: FittedRecommender,
) -> None:
    table = siger.explain("003", ["i05", "i01"], most=2)
    assert [*table.columns] == ["user", "item", "because", "title", "share", "edges"]
    found = shares(siger.parts, siger.model, 3, np.array([5, 1]))
    history = [f"i{item:02}" for item in siger.parts.inputs.interactions[3].indices]
    for column, item in enumerate(("i05", "i01")):
        rows = table[table["item"] == item]
        best = np.argsort(-found[:, column])[:2]
        assert rows["because"].tolist() == [history[h] for h in best if found[h, column] > 0]
    reason = table.iloc[0]
    graphs = {r.name: m for r, m in siger.parts.inputs.matrices.items() if "-k" in r.name}
    one, other = 5, int(reason["because"][1:])
    joined = {name for name, m in graphs.items() if m[one, other] or m[other, one]}
    assert {edge.split()[0] for edge in reason["edges"].split(", ") if edge} == joined


def test_a_model_that_reads_no_history_has_no_reasons() -> None:
    popularity = fitted_of("popularity")
    assert popularity.explain("003", ["i05"]).empty


def test_recommendations_get_a_row_a_reason_also_when_a_user_is_asked_for_twice(
    siger: FittedRecommender,
) -> None:
    table = siger.recommend(["003", "004", "003"], k=2)
    told = siger.explained(table, most=2)
    once = siger.explained(siger.recommend(["003", "004"], k=2), most=2)
    assert len(told) == len(once) + (once["user"] == "003").sum()
    assert [*told.columns] == [*table.columns, "because", "because_title", "share", "edges"]
    assert told["item"].unique().tolist() == table["item"].unique().tolist()


def test_a_recommendation_without_a_reason_keeps_its_row() -> None:
    popularity = fitted_of("popularity")
    told = popularity.explained(popularity.recommend(["003"], k=2))
    assert len(told) == 2
    assert told["because"].isna().all()
