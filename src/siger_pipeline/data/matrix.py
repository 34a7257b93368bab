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
    from ibis.expr.types import Table

CODES = {split: code for code, split in enumerate(Split, start=1)}


def split_matrices(splits: Table, n_users: int, n_items: int) -> dict[Split, csr_matrix]:
    """The interactions of each split, R of SIGER that of training.

    Args:
        splits: columns user_id, item_id, split; one row a pair.
        n_users: U.
        n_items: I.

    Returns:
        float32 [U, I] each, 1 where the user has the item; int32 indices, sorted.

    Raises:
        ValueError: a number is negative or beyond U or I; a pair stands twice.
    """
    coded = _coded(splits, n_users, n_items)
    return {split: _of_code(coded, code) for split, code in CODES.items()}


def by_split(*matrices: csr_matrix) -> dict[Split, csr_matrix]:
    """Matrices by what they are used for: training, then validation, then test, if it is there."""
    return dict(zip(Split, matrices, strict=False))


def _coded(splits: Table, n_users: int, n_items: int) -> csr_matrix:
    """All interactions, int8 [U, I], each with the number of its split; sorted."""
    codes = [(split.value, code) for split, code in CODES.items()]
    # The engine reads the texts: as Python's they would take ten times the memory of the numbers.
    numbers = splits.select(
        Columns.USER_ID, Columns.ITEM_ID, code=splits[Columns.SPLIT].cases(*codes).cast("int8")
    ).to_pyarrow()
    users, items, code = (column.to_numpy() for column in numbers.columns)
    matrix = csr_matrix((code, (users, items)), shape=(n_users, n_items))
    if matrix.nnz < len(code):
        raise ValueError(f"{len(code) - matrix.nnz} rows of splits repeat a pair")
    matrix.sort_indices()
    return matrix


def _of_code(coded: csr_matrix, code: int) -> csr_matrix:
    chosen = coded.data == code
    before = np.zeros(len(chosen) + 1, dtype=coded.indptr.dtype)
    np.cumsum(chosen, out=before[1:])
    indices = coded.indices[chosen]
    ones = np.ones(len(indices), np.float32)
    return csr_matrix((ones, indices, before[coded.indptr]), shape=coded.shape)
