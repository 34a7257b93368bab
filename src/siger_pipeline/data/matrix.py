"""The splits as sparse matrices.

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


def split_matrix(splits: Table, n_users: int, n_items: int) -> csr_matrix:
    """All interactions, each with its split.

    Args:
        splits: columns user_id, item_id, split; one row a pair.
        n_users: U.
        n_items: I.

    Returns:
        int8 [U, I], the number in `CODES` of the split where the user has the item; sorted.

    Raises:
        ValueError: a number is negative or beyond U or I; a pair stands twice.
    """
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


def interaction_matrix(coded: csr_matrix, split: Split) -> csr_matrix:
    """The interactions of a split, R of SIGER where it is the training split.

    Args:
        coded: as of `split_matrix`, int8 [U, I].
        split: which interactions.

    Returns:
        float32 [U, I], 1 where the user has the item; int32 indices, sorted.
    """
    chosen = coded.data == CODES[split]
    before = np.zeros(len(chosen) + 1, dtype=coded.indptr.dtype)
    np.cumsum(chosen, out=before[1:])
    indices = coded.indices[chosen]
    ones = np.ones(len(indices), np.float32)
    return csr_matrix((ones, indices, before[coded.indptr]), shape=coded.shape)


def split_matrices(coded: csr_matrix) -> dict[Split, csr_matrix]:
    """`interaction_matrix` of each split."""
    return {split: interaction_matrix(coded, split) for split in Split}
