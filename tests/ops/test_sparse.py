"""Blocks of rows, scaling, and the limits of int32 indices."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from siger_pipeline.errors import InputError
from siger_pipeline.ops.sparse import blocks_of_rows, canonical, scaled


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 100))
def test_blocks_are_the_longest_runs_under_the_limit(sizes: list[int], limit: int) -> None:
    row_bytes = np.array(sizes)
    blocks = list(blocks_of_rows(row_bytes, limit))
    assert [row for block in blocks for row in range(len(sizes))[block]] == list(range(len(sizes)))
    for block in blocks:
        assert block.stop - block.start == 1 or row_bytes[block].sum() <= limit
        if block.stop < len(sizes):
            assert row_bytes[block.start : block.stop + 1].sum() > limit


def test_scaled_multiplies_rows_and_columns() -> None:
    dense = np.random.default_rng(0).random((4, 3)) * (np.arange(12).reshape(4, 3) % 3 > 0)
    rows, cols = np.arange(1.0, 5.0), np.array([0.5, 0.0, 3.0])
    result = scaled(sparse.csr_matrix(dense), rows, cols)
    np.testing.assert_allclose(result.toarray(), rows[:, None] * dense * cols, rtol=1e-15)


def test_more_edges_than_int32_can_count_are_refused() -> None:
    with pytest.raises(InputError, match="at most 2147483647 edges, found 2147483648"):
        canonical(SimpleNamespace(nnz=2**31))
