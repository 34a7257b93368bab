"""Cosines of the items' columns of training interactions, the largest of each row."""

import numpy as np
from scipy import sparse

from siger_pipeline.errors import ParameterError
from siger_pipeline.ops.sparse import blocks_of_rows, canonical

BYTES_PER_ENTRY = 48  # a count, its column, its cosine, its sort order, and temporaries


def item_cosine_graph(
    interactions: sparse.csr_matrix, k: int, shrinkage: float = 0.0, *, block_mib: float = 128.0
) -> sparse.csr_matrix:
    """S_ij = |U_i ∩ U_j| / (√(|U_i| |U_j|) + h) for the k items j ≠ i of the largest values.

    U_i are the users who have i. Ties go to the smaller item index: S is symmetric to the last bit
    before the k largest of each row are kept.

    Args:
        interactions: R, training interactions, [U, I]; repeated pairs count once.
        k: neighbours per item; all with a user in common where there are fewer.
        shrinkage: h, which lowers the cosines of rare items most.
        block_mib: bound on the cosines in memory at once, MiB.

    Returns:
        CSR [I, I]; an item without co-occurrences has an empty row.
    """
    if k < 1:
        raise ParameterError(f"the number of neighbours k is {k}, and must be at least 1")
    users_items = canonical(interactions)
    users_items.data = np.ones(users_items.nnz, dtype=np.int32)
    items_users = users_items.T.tocsr()
    degrees_I = np.diff(items_users.indptr).astype(np.int64)
    entries = items_users @ np.diff(users_items.indptr).astype(np.int64)
    entries = np.minimum(entries, users_items.shape[1])
    blocks = []
    for rows in blocks_of_rows(entries * BYTES_PER_ENTRY, int(block_mib * 2**20)):
        counts = sparse.coo_matrix(items_users[rows] @ users_items)
        row, col = counts.row + rows.start, counts.col
        cosine = counts.data / (np.sqrt(degrees_I[row] * degrees_I[col]) + shrinkage)
        kept = _largest(row, col, cosine, k)
        in_block = (cosine[kept], (counts.row[kept], col[kept]))
        blocks.append(sparse.csr_matrix(in_block, shape=counts.shape))
    return canonical(sparse.vstack(blocks, format="csr") if blocks else items_users @ users_items)


def _largest(row: np.ndarray, col: np.ndarray, value: np.ndarray, k: int) -> np.ndarray:
    """Where the k largest values of each row stand, off the diagonal, ties to the smaller col."""
    others = np.flatnonzero(row != col)
    order = others[np.lexsort((col[others], -value[others], row[others]))]
    _, size = np.unique(row[order], return_counts=True)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(size) - size, size)
    return order[rank < k]
