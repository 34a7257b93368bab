from uuid import uuid4

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ibis.expr.types import Table
from scipy.sparse import csr_matrix

from siger_pipeline.data.matrix import by_split, split_matrices
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.datasets.duckdb import connection
from siger_pipeline.pipelines.ingest.matrices import matrices_of

USED_FOR = {"t": "train", "v": "validation", "e": "test"}


def splits(users: list[int], items: list[int], letters: str) -> Table:
    columns = {
        Columns.USER_ID: np.array(users, np.int32),
        Columns.ITEM_ID: np.array(items, np.int32),
        Columns.SPLIT: [USED_FOR[letter] for letter in letters],
    }
    name = f"splits_{uuid4().hex}"
    return connection().create_table(name, pa.table(columns), temp=True)


def test_a_split_is_a_matrix_of_ones() -> None:
    parts = matrices_of(splits([2, 0, 0, 1], [1, 3, 0, 2], "ttte"), 3, 4)
    matrix = parts[Split.TRAIN]
    assert matrix.toarray().tolist() == [[1, 0, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert (matrix.dtype, matrix.indices.dtype) == (np.float32, np.int32)
    assert matrix.indptr.dtype == np.int32
    assert matrix.has_sorted_indices
    assert parts[Split.TEST].nnz == 1
    assert (parts[Split.VALIDATION].shape, parts[Split.VALIDATION].nnz) == ((3, 4), 0)


@given(rows=st.lists(st.text(" tve", min_size=3, max_size=3), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_the_splits_are_the_parts_of_the_whole(rows: list[str]) -> None:
    whole = np.array([list(row) for row in rows])
    users, items = np.nonzero(whole != " ")
    letters = "".join(whole[users, items])
    parts = matrices_of(splits(list(users), list(items), letters), len(rows), 3)
    assert list(parts) == list(Split)
    for letter, (split, part) in zip("tve", parts.items(), strict=True):
        assert split == USED_FOR[letter]
        part.check_format(full_check=True)
        assert (part.toarray() == (whole == letter)).all()


def test_matrices_are_told_apart_by_their_order() -> None:
    train, validation, test = (csr_matrix((n, 1)) for n in (1, 2, 3))
    assert by_split(train, validation) == {Split.TRAIN: train, Split.VALIDATION: validation}
    assert by_split(train, validation, test)[Split.TEST] is test


def test_numbers_beyond_the_matrix_are_refused() -> None:
    result = splits([2, 0], [1, 3], "tt")
    with pytest.raises(ValueError, match="user_id from 0 to 2, beyond the 2 of its index"):
        matrices_of(result, 2, 4)


def test_a_pair_of_two_splits_is_refused() -> None:
    result = splits([0, 1, 0], [1, 1, 1], "tvv")
    with pytest.raises(ValueError, match="1 rows of splits repeat a pair"):
        matrices_of(result, 2, 2)


def batches(*rows: tuple[list[int], list[int]]) -> list[pa.RecordBatch]:
    columns = [(pa.array(u, pa.int32()), pa.array(i, pa.int32())) for u, i in rows]
    codes = [pa.array([1] * len(users), pa.int8()) for users, _ in rows]
    names = [Columns.USER_ID, Columns.ITEM_ID, "code"]
    return [
        pa.record_batch([*pair, code], names) for pair, code in zip(columns, codes, strict=True)
    ]


def test_a_user_may_stand_in_several_batches() -> None:
    parts = split_matrices(batches(([0, 1], [2, 0]), ([], []), ([1, 1, 3], [1, 2, 0])), 5, 5, 3)
    expected = [[0, 0, 1], [1, 1, 1], [0, 0, 0], [1, 0, 0], [0, 0, 0]]
    assert parts[Split.TRAIN].toarray().tolist() == expected


@pytest.mark.parametrize(
    "rows",
    [
        [([1, 0], [0, 0])],
        [([1], [0]), ([0], [0])],
        [([0, 0], [1, 0])],
        [([0], [1]), ([0], [0])],
    ],
)
def test_rows_that_are_not_in_order_are_refused(rows: list[tuple[list[int], list[int]]]) -> None:
    with pytest.raises(ValueError, match="not in the order of users and items"):
        split_matrices(batches(*rows), 2, 2, 2)
