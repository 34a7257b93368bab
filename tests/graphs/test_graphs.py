"""The four graphs against loop-written references, their closed forms and their invariances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from reference import graphs as reference
from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.graphs.bipartite import Normalisation, normalised_bipartite
from siger_pipeline.graphs.cooccurrence import cooccurrence_graph
from siger_pipeline.graphs.enhance import enhance
from siger_pipeline.graphs.knn import knn_graph

interactions = hnp.arrays(
    np.int8, st.tuples(st.integers(1, 8), st.integers(1, 9)), elements=st.integers(0, 1)
)


def csr(dense: np.ndarray) -> sparse.csr_matrix:
    return sparse.csr_matrix(dense.astype(np.float32))


def check_form(graph: sparse.csr_matrix) -> None:
    assert graph.format == "csr"
    assert graph.dtype == np.float32
    assert graph.indices.dtype == np.int32
    assert graph.has_sorted_indices
    assert np.isfinite(graph.data).all()
    assert (graph.data != 0).all()


@given(interactions)
def test_bipartite_is_the_reference(dense: np.ndarray) -> None:
    graph = normalised_bipartite(csr(dense))
    check_form(graph)
    np.testing.assert_allclose(graph.toarray(), reference.bipartite(dense), rtol=1e-6)


@pytest.mark.parametrize("loops", [False, True], ids=["block", "loops"])
@pytest.mark.parametrize("normalisation", ["symmetric", "mean"])
@given(dense=interactions)
def test_variants_of_bipartite_are_the_reference(
    normalisation: Normalisation, loops: bool, dense: np.ndarray
) -> None:
    graph = normalised_bipartite(csr(dense), normalisation, loops=loops)
    check_form(graph)
    expected = reference.whole_bipartite(dense, normalisation, loops)
    expected = expected if loops else expected[: len(dense), len(dense) :]
    np.testing.assert_allclose(graph.toarray(), expected, rtol=1e-6)


def test_a_mean_with_loops_leaves_no_row_empty() -> None:
    graph = normalised_bipartite(csr(np.array([[1, 0], [0, 0]])), "mean", loops=True).toarray()
    expected = [[0.5, 0, 0.5, 0], [0, 1, 0, 0], [0.5, 0, 0.5, 0], [0, 0, 0, 1]]
    np.testing.assert_array_equal(graph, expected)


@given(interactions, st.integers(1, 6))
def test_cooccurrence_is_the_reference(dense: np.ndarray, k: int) -> None:
    graph = cooccurrence_graph(csr(dense), k)
    check_form(graph)
    np.testing.assert_allclose(graph.toarray(), reference.cooccurrence(dense, k), rtol=1e-6)


@given(interactions, st.integers(1, 4))
def test_cooccurrence_does_not_depend_on_the_block(dense: np.ndarray, k: int) -> None:
    whole, rows = (
        cooccurrence_graph(csr(dense), k),
        cooccurrence_graph(csr(dense), k, block_mib=1e-6),
    )
    assert (whole != rows).nnz == 0


def test_cooccurrence_worked_example() -> None:
    # Users {0, 1}, {0, 1}, {0, 2}: C_01 = 2 → 2/3, C_02 = 1 → 1/2; k = 1 keeps 0→1, 1→0, 2→0.
    graph = cooccurrence_graph(csr(np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1]])), 1)
    row = {0: 2 / 3, 1: 2 / 3, 2: 1 / 2}
    expected = np.zeros((3, 3))
    expected[0, 1] = row[0] / np.sqrt(row[0] * row[1])
    expected[1, 0] = row[1] / np.sqrt(row[1] * row[0])
    expected[2, 0] = row[2] / np.sqrt(row[2] * row[0])
    np.testing.assert_allclose(graph.toarray(), expected, rtol=1e-6)


def test_an_item_without_cooccurrences_has_an_empty_row_and_column() -> None:
    graph = cooccurrence_graph(csr(np.array([[1, 1, 0], [0, 0, 1]])), 2).toarray()
    assert not graph[2].any()
    assert not graph[:, 2].any()


def test_ties_go_to_the_smaller_index() -> None:
    # Item 0 shares one user with each of 1, 2, 3.
    graph = cooccurrence_graph(csr(np.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]])), 2)
    assert graph[0].indices.tolist() == [1, 2]


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 5), st.integers(1, 12), st.integers(0, 2**16))
def test_knn_is_the_reference(n_items: int, dimension: int, k: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    # Small whole numbers make many ties, duplicates and empty rows.
    features = draw.integers(-1, 2, (n_items, dimension)).astype(np.float32)
    missing = (draw.random(n_items) < 0.2) | ~features.any(axis=1)
    graph = knn_graph(features, k, missing=missing)
    check_form(graph)
    expected = reference.knn(features.astype(np.float64), k, missing)
    # A neighbour at cosine −1 has weight 0 and is not stored.
    np.testing.assert_allclose(graph.toarray(), expected, rtol=1e-5, atol=1e-7)


def test_knn_does_not_depend_on_the_block_or_on_threads() -> None:
    features = np.random.default_rng(3).normal(size=(300, 16)).astype(np.float32)
    features[50:90] = features[7]
    whole, blocks = knn_graph(features, 10), knn_graph(features, 10, block_mib=0.01)
    assert (whole != blocks).nnz == 0


def test_duplicates_are_tied_to_the_last_bit() -> None:
    features = np.random.default_rng(5).normal(size=(500, 33)).astype(np.float32)
    features[100:140] = features[3]
    graph = knn_graph(features, 10)
    assert graph[120].indices.tolist() == [3, *range(100, 109)]


def test_knn_ignores_the_length_of_rows() -> None:
    draw = np.random.default_rng(1)
    features = draw.normal(size=(60, 8)).astype(np.float32)
    scaled = features * draw.uniform(0.5, 100, (60, 1)).astype(np.float32)
    one, other = knn_graph(features, 5), knn_graph(scaled, 5)
    np.testing.assert_array_equal(one.indices, other.indices)
    np.testing.assert_allclose(one.data, other.data, rtol=1e-6)


def test_relabelling_items_relabels_the_graphs() -> None:
    draw = np.random.default_rng(2)
    features = draw.normal(size=(50, 6)).astype(np.float32)
    matrix = csr(draw.random((30, 50)) < 0.2)
    order = draw.permutation(50)
    np.testing.assert_allclose(
        knn_graph(features[order], 7).toarray(),
        knn_graph(features, 7).toarray()[order][:, order],
        rtol=1e-6,
    )
    # Without ties at the last place, that is with all neighbours kept.
    np.testing.assert_allclose(
        cooccurrence_graph(matrix[:, order], 50).toarray(),
        cooccurrence_graph(matrix, 50).toarray()[order][:, order],
        rtol=1e-6,
    )


def test_a_missing_item_is_its_own_only_neighbour() -> None:
    features = np.eye(4, dtype=np.float32)
    graph = knn_graph(features, 3, missing=np.array([False, True, False, False])).toarray()
    np.testing.assert_array_equal(graph[1], [0, 1, 0, 0])
    np.testing.assert_array_equal(graph[:, 1], [0, 1, 0, 0])


@pytest.mark.parametrize(
    ("features", "missing", "word"),
    [
        (np.ones(3, np.float32), None, "matrix"),
        (np.array([[1.0, np.nan]], np.float32), None, "item 0"),
        (np.ones((3, 2), np.float32), np.zeros(2, bool), "mask"),
    ],
)
def test_knn_refuses_what_is_no_feature_matrix(
    features: np.ndarray, missing: np.ndarray | None, word: str
) -> None:
    with pytest.raises(InputError, match=word):
        knn_graph(features, 2, missing=missing)


def test_enhance_is_the_weighted_sum() -> None:
    draw = np.random.default_rng(4)
    one, other = (csr((draw.random((9, 9)) < 0.3) * draw.random((9, 9))) for _ in range(2))
    mixed = enhance(one, other, 0.3)
    check_form(mixed)
    np.testing.assert_allclose(
        mixed.toarray(), 0.3 * one.toarray() + 0.7 * other.toarray(), rtol=1e-6
    )
    assert (enhance(one, other, 0.0) != other).nnz == 0
    assert (enhance(one, other, 1.0) != one).nnz == 0


@pytest.mark.parametrize("beta", [-0.1, 1.5])
def test_enhance_refuses_a_weight_outside_its_range(beta: float) -> None:
    with pytest.raises(ParameterError, match="beta"):
        enhance(csr(np.eye(2)), csr(np.eye(2)), beta)


def test_repeated_pairs_count_once() -> None:
    repeated = sparse.csr_matrix(([1.0, 1.0, 1.0], ([0, 0, 0], [0, 0, 1])), shape=(1, 2))
    once = csr(np.array([[1, 1]]))
    assert (normalised_bipartite(repeated) != normalised_bipartite(once)).nnz == 0
    assert (cooccurrence_graph(repeated, 2) != cooccurrence_graph(once, 2)).nnz == 0


def test_no_neighbours_are_no_graph() -> None:
    for graph in (lambda: knn_graph(np.eye(3), 0), lambda: cooccurrence_graph(csr(np.eye(3)), 0)):
        with pytest.raises(ParameterError, match="at least 1"):
            graph()
