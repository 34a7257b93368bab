"""The splits as sparse matrices, each a file of its own.

What trains, chooses or stops is wired to the matrices that it may know, so that no test
interaction is within its reach.

Shapes: U users, I items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from siger_pipeline.data.schema import Columns, Split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ibis.expr.types import Table
    from pyarrow import RecordBatch

CODES = {split: code for code, split in enumerate(Split, start=1)}


def coded_rows(splits: Table) -> Table:
    """The rows of `split_matrices`: user_id, item_id and the number of the split, in order.

    Args:
        splits: columns user_id, item_id, split.
    """
    codes = [(split.value, code) for split, code in CODES.items()]
    # The engine reads the texts: as Python's they would take ten times the memory of the numbers.
    code = splits[Columns.SPLIT].cases(*codes).cast("int8")
    rows = splits.select(Columns.USER_ID, Columns.ITEM_ID, code=code)
    return rows.order_by(Columns.USER_ID, Columns.ITEM_ID)


def split_matrices(
    batches: Iterable[RecordBatch], size: int, n_users: int, n_items: int
) -> dict[Split, csr_matrix]:
    """The interactions of each split, R of SIGER that of training.

    Args:
        batches: of `coded_rows`; one is in memory at a time.
        size: number of rows in all.
        n_users: U.
        n_items: I.

    Returns:
        float32 [U, I] each, 1 where the user has the item; int32 indices, sorted.

    Raises:
        ValueError: a number is negative or beyond U or I; a pair stands twice.
    """
    coded = _coded(batches, size, n_users, n_items)
    return {split: _of_code(coded, code) for split, code in CODES.items()}


def by_split(*matrices: csr_matrix) -> dict[Split, csr_matrix]:
    """Matrices by what they are used for: training, then validation, then test, if it is there."""
    return dict(zip(Split, matrices, strict=False))


def _coded(batches: Iterable[RecordBatch], size: int, n_users: int, n_items: int) -> csr_matrix:
    """All interactions, int8 [U, I], each with the number of its split; sorted."""
    items, codes = np.empty(size, np.int32), np.empty(size, np.int8)
    ends = np.zeros(n_users + 1, np.int64)
    done, last, repeated = 0, -1, 0
    for batch in (batch for batch in batches if batch.num_rows):
        users, numbers, code = (column.to_numpy() for column in batch.columns)
        _require_within(users, n_users, Columns.USER_ID)
        _require_within(numbers, n_items, Columns.ITEM_ID)
        places = users.astype(np.int64) * n_items + numbers
        repeated += _repeated(places, last)
        last = places[-1]
        chosen = slice(done, done := done + len(users))
        items[chosen], codes[chosen] = numbers, code
        degrees = np.bincount(users - users[0])
        ends[users[0] + 1 :][: len(degrees)] += degrees
    if repeated:
        raise ValueError(f"{repeated} rows of splits repeat a pair")
    return csr_matrix((codes, items, np.cumsum(ends)), shape=(n_users, n_items))


def _require_within(numbers: np.ndarray, size: int, column: str) -> None:
    if not 0 <= numbers.min() <= numbers.max() < size:
        raise ValueError(
            f"splits has {column} from {numbers.min()} to {numbers.max()}, beyond the {size} of its"
            " index"
        )


def _repeated(places: np.ndarray, last: int) -> int:
    """How many rows stand where the row before them does; `last`: where the batch before ends."""
    steps = np.diff(places, prepend=last)
    if (steps < 0).any():
        raise ValueError("rows of splits are not in the order of users and items")
    return int(np.count_nonzero(steps == 0))


def _of_code(coded: csr_matrix, code: int) -> csr_matrix:
    chosen = coded.data == code
    before = np.zeros(len(chosen) + 1, dtype=coded.indptr.dtype)
    np.cumsum(chosen, out=before[1:])
    indices = coded.indices[chosen]
    ones = np.ones(len(indices), np.float32)
    return csr_matrix((ones, indices, before[coded.indptr]), shape=coded.shape)
