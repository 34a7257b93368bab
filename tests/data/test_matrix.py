from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ibis.expr.types import Table
from scipy.sparse import csr_matrix

from siger_pipeline.data.matrix import by_split, split_matrices
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
    parts = split_matrices(splits(table, [2, 0, 0, 1], [1, 3, 0, 2], "ttte"), 3, 4)
    matrix = parts[Split.TRAIN]
    assert matrix.toarray().tolist() == [[1, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert (matrix.dtype, matrix.indices.dtype) == (np.float32, np.int32)
    assert matrix.indptr.dtype == np.int32
    assert matrix.has_sorted_indices
    assert parts[Split.TEST].nnz == 1
    assert (parts[Split.VALIDATION].shape, parts[Split.VALIDATION].nnz) == ((3, 4), 0)


@given(rows=st.lists(st.text(" tve", min_size=3, max_size=3), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_the_splits_are_the_parts_of_the_whole(table: MakeTable, rows: list[str]) -> None:
    whole = np.array([list(row) for row in rows])
    users, items = np.nonzero(whole != " ")
    letters = "".join(whole[users, items])
    parts = split_matrices(splits(table, list(users), list(items), letters), len(rows), 3)
    assert list(parts) == list(Split)
    for letter, (split, part) in zip("tve", parts.items(), strict=True):
        assert split == USED_FOR[letter]
        part.check_format(full_check=True)
        assert (part.toarray() == (whole == letter)).all()


def test_matrices_are_told_apart_by_their_order() -> None:
    train, validation, test = (csr_matrix((n, 1)) for n in (1, 2, 3))
    assert by_split(train, validation) == {Split.TRAIN: train, Split.VALIDATION: validation}
    assert by_split(train, validation, test)[Split.TEST] is test


def test_numbers_beyond_the_matrix_are_refused(table: MakeTable) -> None:
    result = splits(table, [2, 0], [1, 3], "tt")
    with pytest.raises(ValueError, match="index"):
        split_matrices(result, 2, 4)


def test_a_pair_of_two_splits_is_refused(table: MakeTable) -> None:
    result = splits(table, [0, 1, 0], [1, 1, 1], "tvv")
    with pytest.raises(ValueError, match="1 rows of splits repeat a pair"):
        split_matrices(result, 2, 2)
