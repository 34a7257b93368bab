from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ibis.expr.types import Table
from scipy.sparse import csr_matrix

from siger_pipeline.data.matrix import (
    CODES,
    interaction_matrix,
    split_matrices,
    split_matrix,
)
from siger_pipeline.data.schema import Columns, Split

MakeTable = Callable[[dict[str, Any]], Table]
USED_FOR = {"t": "train", "v": "validation", "e": "test"}


def splits(table: MakeTable, users: list[int], items: list[int], letters: str) -> Table:
    return table(
        {
            Columns.USER_ID: np.array(users, np.int32),
            Columns.ITEM_ID: np.array(items, np.int32),
            Columns.SPLIT: [USED_FOR[letter] for letter in letters],
        }
    )


def test_a_split_is_a_matrix_of_ones(table: MakeTable) -> None:
    coded = split_matrix(splits(table, [2, 0, 0, 1], [1, 3, 0, 2], "ttte"), 3, 4)
    assert (coded.dtype, coded.nnz, coded.has_sorted_indices) == (np.int8, 4, True)
    matrix = interaction_matrix(coded, Split.TRAIN)
    assert matrix.toarray().tolist() == [[1, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert (matrix.dtype, matrix.indices.dtype) == (np.float32, np.int32)
    assert matrix.indptr.dtype == np.int32
    assert matrix.has_sorted_indices
    assert interaction_matrix(coded, Split.TEST).nnz == 1
    assert interaction_matrix(coded, Split.VALIDATION).shape == (3, 4)


@given(st.data())
def test_the_splits_are_the_parts_of_the_whole(data: st.DataObject) -> None:
    codes = st.integers(0, len(CODES))
    rows = data.draw(st.lists(st.lists(codes, min_size=3, max_size=3), min_size=1, max_size=6))
    dense = np.array(rows, np.int8)
    parts = split_matrices(csr_matrix(dense))
    assert list(parts) == list(Split)
    for split, part in parts.items():
        part.check_format(full_check=True)
        assert (part.toarray() == (dense == CODES[split])).all()


def test_numbers_beyond_the_matrix_are_refused(table: MakeTable) -> None:
    result = splits(table, [2, 0], [1, 3], "tt")
    with pytest.raises(ValueError, match="index"):
        split_matrix(result, 2, 4)


def test_a_pair_of_two_splits_is_refused(table: MakeTable) -> None:
    result = splits(table, [0, 1, 0], [1, 1, 1], "tvv")
    with pytest.raises(ValueError, match="1 rows of splits repeat a pair"):
        split_matrix(result, 2, 2)
