"""The functions that are called from outside: names, arguments and results stay as they are."""

from collections.abc import Callable
from importlib import import_module
from inspect import Parameter, signature
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse

from reference import graphs as reference_graphs
from reference import losses as reference_losses
from reference.ranking_metrics import mean_metrics, ranked_list

DRAW = np.random.default_rng(0)
R = (DRAW.random((12, 9)) < 0.4).astype(np.float32)
FEATURES = DRAW.normal(size=(9, 5)).astype(np.float32)
MISSING = np.arange(9) == 4
ONE, OTHER, ANCHOR = DRAW.normal(size=(3, 6, 4)).astype(np.float32)
NOISE, ORDER = DRAW.random((6, 4)).astype(np.float32), DRAW.permutation(6)

# Function -> its positional arguments, then its keyword-only ones.
ARGUMENTS = {
    "graphs.cooccurrence.cooccurrence_graph": (["interactions", "k"], []),
    "graphs.knn.knn_graph": (["features", "k"], ["missing"]),
    "graphs.enhance.enhance": (["cooccurrence", "knn", "beta"], []),
    "graphs.bipartite.normalised_bipartite": (["interactions"], []),
    "losses.ranking.bpr": (["positive", "negative"], []),
    "losses.contrastive.info_nce": (["x", "y", "temperature"], []),
    "losses.alignment.anchor_info_nce": (["first", "second", "anchor", "temperature"], []),
    "recommenders.siger.perturbation.perturb": (
        ["embedding", "epsilon", "noise", "permutation"],
        ["personalised"],
    ),
    "evaluation.ranking.top_k": (["users", "items", "seen", "k"], []),
    "evaluation.metrics.ranking_metrics": (["top_k", "relevant", "ks"], []),
}


def public(name: str) -> Callable[..., Any]:
    module, _, function = name.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(f"siger_pipeline.{module}"), function)
    return found


def csr(dense: np.ndarray) -> sparse.csr_matrix:
    return sparse.csr_matrix(dense.astype(np.float32))


def tensors(*arrays: np.ndarray) -> list[torch.Tensor]:
    return [torch.from_numpy(array) for array in arrays]


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_arguments_have_their_names_and_others_may_be_left_out(name: str) -> None:
    positional, by_keyword = ARGUMENTS[name]
    taken = signature(public(name)).parameters
    assert list(taken)[: len(positional)] == positional
    assert all(taken[key].kind is Parameter.POSITIONAL_OR_KEYWORD for key in positional)
    assert all(taken[key].kind is Parameter.KEYWORD_ONLY for key in by_keyword)
    others = taken.keys() - set(positional)
    assert all(taken[key].default is not Parameter.empty for key in others)


def knn() -> sparse.csr_matrix:
    graph: sparse.csr_matrix = public("graphs.knn.knn_graph")(FEATURES, 3, missing=MISSING)
    return graph


def cooccurrence() -> sparse.csr_matrix:
    graph: sparse.csr_matrix = public("graphs.cooccurrence.cooccurrence_graph")(csr(R), 2)
    return graph


GRAPHS: dict[str, tuple[Callable[[], sparse.csr_matrix], Callable[[], np.ndarray]]] = {
    "cooccurrence": (cooccurrence, lambda: reference_graphs.cooccurrence(R, 2)),
    "knn": (knn, lambda: reference_graphs.knn(FEATURES, 3, MISSING)),
    "enhance": (
        lambda: public("graphs.enhance.enhance")(cooccurrence(), knn(), 0.3),
        lambda: 0.3 * cooccurrence().toarray() + 0.7 * knn().toarray(),
    ),
    "bipartite": (
        lambda: public("graphs.bipartite.normalised_bipartite")(csr(R)),
        lambda: reference_graphs.bipartite(R),
    ),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_are_sorted_csr_matrices_of_float32(name: str) -> None:
    made, expected = GRAPHS[name]
    graph = made()
    assert isinstance(graph, sparse.csr_matrix)
    assert graph.dtype == np.float32
    assert graph.indices.dtype in (np.int32, np.int64)
    assert graph.has_sorted_indices
    np.testing.assert_allclose(graph.toarray(), expected(), rtol=1e-5, atol=1e-7)


def test_bpr_is_a_scalar() -> None:
    positive, negative = tensors(ONE[:, 0], OTHER[:, 0])
    loss = public("losses.ranking.bpr")(positive, negative)
    assert loss.shape == ()
    expected = np.mean(np.log1p(np.exp(OTHER[:, 0] - ONE[:, 0])))
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_contrasts_are_scalars() -> None:
    one, other, anchor = tensors(ONE, OTHER, ANCHOR)
    loss = public("losses.contrastive.info_nce")(one, other, 0.2)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(reference_losses.info_nce(ONE, OTHER, 0.2), rel=1e-4)
    loss = public("losses.alignment.anchor_info_nce")(one, other, anchor, 0.2)
    assert loss.shape == ()
    expected = reference_losses.anchor_info_nce(ONE, OTHER, ANCHOR, 0.2)
    assert loss.item() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("personalised", [True, False])
def test_a_perturbed_embedding_has_its_shape(personalised: bool) -> None:
    perturb = public("recommenders.siger.perturbation.perturb")
    found = perturb(
        *tensors(ONE),
        0.1,
        *tensors(NOISE, ORDER),
        **({} if personalised else {"personalised": False}),
    )
    assert found.shape == ONE.shape
    expected = reference_losses.perturb(ONE, 0.1, NOISE, ORDER, personalised)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", ["array", "tensor"])
def test_ranked_lists_are_padded_int64_arrays(kind: str) -> None:
    users, items = DRAW.normal(size=(12, 3)).astype(np.float32), FEATURES[:, :3]
    given = (users, items) if kind == "array" else tensors(users, items)
    lists = public("evaluation.ranking.top_k")(*given, csr(R), 9)
    assert isinstance(lists, np.ndarray)
    assert (lists.dtype, lists.shape) == (np.int64, (12, 9))
    for user, found in enumerate(lists):
        expected = ranked_list(users[user] @ items.T, set(np.flatnonzero(R[user])), 9)
        assert found.tolist() == expected


def test_metrics_are_named_by_their_length() -> None:
    lists = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8]])
    relevant = csr(np.array([[1] + [0] * 8, [0] * 9, [1, 0, 0, 0, 0, 0, 0, 1, 1]]))
    found = public("evaluation.metrics.ranking_metrics")(lists, relevant, (1, 3))
    names = ("recall", "ndcg", "precision", "map")
    assert set(found) == {f"{name}@{k}" for name in names for k in (1, 3)}
    assert all(type(value) is float for value in found.values())
    assert found == pytest.approx(
        mean_metrics([*map(list, lists)], [{0}, set(), {0, 7, 8}], (1, 3))
    )
