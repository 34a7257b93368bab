"""The cosines of items' columns against loops, and their closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from siger_pipeline.errors import ParameterError
from siger_pipeline.graphs.item_cosine import item_cosine_graph
from siger_pipeline.graphs.recipe import GraphInputs
from siger_pipeline.graphs.registry import build

interactions = hnp.arrays(
    np.int8, st.tuples(st.integers(1, 8), st.integers(1, 9)), elements=st.integers(0, 1)
)


def csr(dense: np.ndarray) -> sparse.csr_matrix:
    return sparse.csr_matrix(dense.astype(np.float32))


def by_loops(dense: np.ndarray, k: int, shrinkage: float) -> np.ndarray:
    """The definition, an item at a time."""
    users = [set(np.flatnonzero(column)) for column in dense.T]
    result = np.zeros((len(users), len(users)))
    for i, of_i in enumerate(users):
        found = []
        for j, of_j in enumerate(users):
            common = len(of_i & of_j)
            if i != j and common:
                cosine = common / (math.sqrt(len(of_i) * len(of_j)) + shrinkage)
                found.append((-cosine, j))
        for negative, j in sorted(found)[:k]:
            result[i, j] = -negative
    return result


@given(interactions, st.integers(1, 4), st.sampled_from([0.0, 2.5]))
def test_it_is_the_definition(dense: np.ndarray, k: int, shrinkage: float) -> None:
    graph = item_cosine_graph(csr(dense), k, shrinkage)
    np.testing.assert_allclose(graph.toarray(), by_loops(dense, k, shrinkage), rtol=1e-6)
    assert graph.has_sorted_indices
    assert graph.dtype == np.float32


@given(interactions, st.integers(1, 4))
def test_blocks_change_nothing(dense: np.ndarray, k: int) -> None:
    whole, parts = (item_cosine_graph(csr(dense), k, block_mib=mib) for mib in (1.0, 1e-6))
    assert (whole != parts).nnz == 0


def test_closed_forms() -> None:
    twins = item_cosine_graph(csr(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]])), 5)
    np.testing.assert_array_equal(twins.toarray(), [[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    repeated = sparse.csr_matrix(([1, 1, 1], [0, 0, 1], [0, 3]), shape=(1, 2))
    np.testing.assert_array_equal(item_cosine_graph(repeated, 1).toarray(), [[0, 1], [1, 0]])
    assert item_cosine_graph(csr(np.zeros((3, 2))), 1).nnz == 0


def test_of_ties_the_smaller_index_is_kept() -> None:
    graph = item_cosine_graph(csr(np.ones((2, 4))), 1)
    np.testing.assert_array_equal(graph.indices, [1, 0, 0, 0])


def test_the_recipe_is_the_function() -> None:
    dense = np.random.default_rng(0).random((20, 15)) < 0.3
    built = build("item_cosine", {"k": 3, "shrinkage": 2.0}, GraphInputs(csr(dense)))
    assert (built != item_cosine_graph(csr(dense), 3, 2.0)).nnz == 0


def test_no_neighbour_is_refused() -> None:
    with pytest.raises(ParameterError, match="the number of neighbours k is 0, and must be at"):
        item_cosine_graph(csr(np.ones((2, 2))), 0)
