"""The co-occurrence graphs: pairs of items with training users in common."""

import numpy as np
from scipy import sparse

from siger_pipeline.errors import ParameterError
from siger_pipeline.ops.sparse import blocks_of_rows, canonical, symmetric_normalise

BYTES_PER_ENTRY = 32  # a count, its column, its sort key, and temporaries


def cooccurrence_graph(
    interactions: sparse.csr_matrix, k: int, *, block_mib: float = 128.0
) -> sparse.csr_matrix:
    """C̄, SIGER Eqs. (3)–(5).

    CR_ij = sigmoid(log C_ij) = C_ij / (1 + C_ij), where C_ij is the number of users who have both
    i and j, i ≠ j; C holds each row's ``k`` largest weights, ties to the smaller item index;
    then D_C^(−1/2) C D_C^(−1/2) with D_C the row sums of C.

    Args:
        interactions: R, training interactions, [U, I]; repeated pairs count once.
        k: neighbours per item.
        block_mib: bound on the counts in memory at once, MiB; R^T R is computed in blocks of rows.

    Returns:
        CSR [I, I]; an item without co-occurrences has an empty row.
    """
    top_k = most_common_users(interactions, k, block_mib=block_mib)
    counts = top_k.data.astype(np.float32)
    top_k.data = counts / (1.0 + counts)
    return symmetric_normalise(top_k)


def user_behaviour_graph(
    interactions: sparse.csr_matrix, k: int, *, least: int = 2, block_mib: float = 128.0
) -> sparse.csr_matrix:
    """D^(−1/2) N D^(−1/2) with D the row sums of N, the item graph of behaviour of DA-MRS.

    N has ones at the item itself and at the ``k`` others with which it has the most users in
    common, ties to the smaller item index, but only where these are at least ``least`` users.

    Args:
        interactions: training interactions, [U, I]; repeated pairs count once.
        k: neighbours per item beside itself.
        least: users that two neighbours have in common.
        block_mib: bound on the counts in memory at once, MiB.

    Returns:
        CSR [I, I].
    """
    near = most_common_users(interactions, k, block_mib=block_mib)
    near.data = (near.data >= least).astype(np.float32)
    return symmetric_normalise(near + sparse.identity(near.shape[0], np.float32, "csr"))


def most_common_users(
    interactions: sparse.csr_matrix, k: int, *, block_mib: float
) -> sparse.csr_matrix:
    """The ``k`` largest numbers of users that an item has in common with others, CSR [I, I].

    Ties go to the smaller item index. The arguments are those of `cooccurrence_graph`.
    """
    if k < 1:
        raise ParameterError(f"the number of neighbours k is {k}, and must be at least 1")
    users_items = canonical(interactions)
    users_items.data = np.ones(users_items.nnz, dtype=np.int32)
    items_users = users_items.T.tocsr()
    user_degrees = np.diff(users_items.indptr).astype(np.int64)
    entries = np.minimum(items_users @ user_degrees, users_items.shape[1])
    limit = int(block_mib * 2**20)
    blocks = [
        _strongest(items_users[rows] @ users_items, rows.start, k)
        for rows in blocks_of_rows(entries * BYTES_PER_ENTRY, limit)
    ]
    return sparse.vstack(blocks, format="csr") if blocks else items_users @ users_items


def _strongest(counts: sparse.csr_matrix, first_item: int, k: int) -> sparse.csr_matrix:
    """The k largest counts of each row without the diagonal, ties to the smaller column.

    Row, descending count and column are packed into one integer: sorting these is many times
    faster than sorting by three keys.
    """
    n_rows, n_items = counts.shape
    most, size = int(counts.data.max(initial=0)), np.diff(counts.indptr)
    first_key = (np.arange(n_rows, dtype=np.int64) * (most + 1) + most) * n_items
    keys = np.repeat(first_key, size)
    keys -= np.multiply(counts.data, n_items, dtype=np.int64)
    keys += counts.indices
    keys.sort()
    # k + 1 candidates: the item itself may be one of them, and is then dropped.
    taken = np.minimum(size, k + 1)
    rows = np.repeat(np.arange(n_rows), taken)
    rank = np.arange(len(rows)) - np.repeat(np.cumsum(taken) - taken, taken)
    descent, columns = np.divmod(keys[counts.indptr[rows] + rank], n_items)
    others = columns != rows + first_item
    in_top_k = others & (np.cumsum(others) - _before(others, taken)[rows] <= k)
    weights = most - descent % (most + 1)
    return sparse.csr_matrix(
        (weights[in_top_k], (rows[in_top_k], columns[in_top_k])),
        shape=counts.shape,
        dtype=counts.dtype,
    )


def _before(marked: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The number of marked entries before each row, given the rows' sizes."""
    marks = np.concatenate([[0], np.cumsum(marked)])
    return marks[np.cumsum(size) - size]
