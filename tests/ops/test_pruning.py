"""Pruned bipartite graphs, against dense ones."""

import numpy as np
import pytest
from scipy import sparse

from siger_pipeline.ops.pruning import kept_edges, number_kept


@pytest.mark.parametrize(
    ("edges", "pruned", "kept"),
    [(10, 0.8, 2), (30, 0.9, 3), (118551, 0.8, 23710), (7, 0.5, 3), (4, 0.76, 0), (5, 0.0, 5)],
)
def test_the_number_is_that_of_exact_arithmetic(edges: int, pruned: float, kept: int) -> None:
    assert number_kept(edges, pruned) == kept


def test_kept_edges_are_normalised_by_their_own_degrees() -> None:
    draw = np.random.default_rng(0)
    graph = sparse.csr_matrix((draw.random((6, 5)) < 0.6) * draw.random((6, 5)))
    kept = np.array([0, 2, 3, 7, graph.nnz - 1])
    rows, columns = (x[kept] for x in graph.nonzero())
    expected = np.zeros(graph.shape)
    for row, column in zip(rows, columns, strict=True):
        expected[row, column] = ((rows == row).sum() * (columns == column).sum()) ** -0.5
    found = kept_edges(graph, kept)
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-6)
    assert found.dtype == np.float32
    assert found.has_sorted_indices


def test_keeping_all_is_the_whole_graph() -> None:
    ones = sparse.csr_matrix(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]]))
    half = 0.5**0.5
    expected = [[half, 0.5, 0], [0, half, 0]]
    np.testing.assert_allclose(kept_edges(ones, np.arange(3)).toarray(), expected, rtol=1e-6)
