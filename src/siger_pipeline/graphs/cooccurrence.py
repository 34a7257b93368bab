"""The co-occurrence graph: items that the same users had in training."""

import numpy as np
from scipy import sparse

from siger_pipeline.graphs.sparse import (
    blocks_of_rows,
    canonical,
    row_top_k,
    symmetric_normalise,
)

BYTES_PER_ENTRY = 16  # value, index, and the sort keys of the selection


def cooccurrence_graph(
    interactions: sparse.csr_matrix, k: int, *, block_mib: float = 128.0
) -> sparse.csr_matrix:
    """C̄, SIGER Eqs. (3)–(5).

    CR_ij = sigmoid(log C_ij) = C_ij / (1 + C_ij), where C_ij is the number of users who have both
    i and j, i ≠ j; each row keeps its ``k`` largest weights, ties to the smaller item index; then
    D_C^(−1/2) C D_C^(−1/2) with D_C the row sums of what is kept.

    Args:
        interactions: R, training interactions, [U, I]; repeated pairs count once.
        k: neighbours per item.
        block_mib: bound on the counts held at once, MiB. R^T R is never formed whole.

    Returns:
        CSR [I, I]; an item without co-occurrences has an empty row.
    """
    users_items = canonical(interactions)
    users_items.data[:] = 1.0
    items_users = users_items.T.tocsr()
    user_degrees = np.diff(users_items.indptr).astype(np.float64)
    entries = np.minimum(items_users @ user_degrees, users_items.shape[1])
    limit = int(block_mib * 2**20)
    blocks = [
        _strongest_in_block(items_users, users_items, rows, k)
        for rows in blocks_of_rows(entries * BYTES_PER_ENTRY, limit)
    ]
    kept = sparse.vstack(blocks, format="csr") if blocks else items_users @ users_items
    kept.data = kept.data / (1.0 + kept.data)
    return symmetric_normalise(kept)


def _strongest_in_block(
    items_users: sparse.csr_matrix, users_items: sparse.csr_matrix, rows: slice, k: int
) -> sparse.csr_matrix:
    counts = (items_users[rows] @ users_items).tocoo()
    off_diagonal = counts.row + rows.start != counts.col
    block = sparse.csr_matrix(
        (counts.data[off_diagonal], (counts.row[off_diagonal], counts.col[off_diagonal])),
        shape=counts.shape,
    )
    return row_top_k(block, k)
