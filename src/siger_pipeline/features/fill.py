"""Features for the items that have none.

Shapes: U users, I items, d features of a modality, n items without features.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from siger_pipeline.features.align import Extracted, with_missing
from siger_pipeline.features.config import Missing
from siger_pipeline.ops.sparse import blocks_of_rows
from siger_pipeline.remarks import Remark

BLOCK_BYTES = 64 * 2**20  # of the counts in memory at once
BYTES_PER_COUNT = 8  # with its column
MEANS = {
    "mean": "the mean of the items that have some",
    "neighbours": "the mean of the items with some that the same users have in training",
}


def filled(
    features: NDArray[np.float32],
    missing: NDArray[np.bool_],
    how: Missing,
    interactions: sparse.csr_matrix | None,
    modality: str,
) -> Extracted:
    """The features with rows for items that have none, the mask of those still without, remarks.

    `mean`: x_i = (1/|P|) Σ_{j∈P} x_j, P the items with features. `neighbours`:
    x_i = Σ_{j∈P} n_ij x_j / Σ_{j∈P} n_ij, n_ij the number of users who have both i and j in
    training; without such a j the row stays zero. `zero` leaves all as they are.

    The idea of `neighbours` is from arXiv 2602.17354. Its public code takes the plain mean over the
    twenty items with the largest n_ij, those without features and the item itself among them; here
    all count, by n_ij, so that no tie is broken by an index.

    Args:
        features: [I, d], zero where missing.
        missing: [I].
        how: which rows are made.
        interactions: R, training interactions, CSR [U, I], for `neighbours`.
        modality: its name, for the remark.
    """
    lacking = np.flatnonzero(missing)
    if how == "zero" or not len(lacking) or missing.all():
        return features, missing, []
    result = features.copy()
    if how == "mean":
        result[lacking] = features[~missing].mean(axis=0, dtype=np.float64)
    else:
        assert interactions is not None
        result[lacking] = _mean_of_neighbours(features, missing, lacking, interactions)
    result, still = with_missing(result)
    text = (
        f"Of the items without {modality} features, {len(lacking) - still.sum():,} got {MEANS[how]}"
        f" (features.missing = {how})"
    )
    text += f"; {still.sum():,} have no such item and stay without." if still.any() else "."
    return result, still, [Remark(text)]


def _mean_of_neighbours(
    features_Id: NDArray[np.float32],
    missing: NDArray[np.bool_],
    lacking: NDArray[np.int64],
    interactions: sparse.csr_matrix,
) -> NDArray[np.float32]:
    """[n, d], zero rows where no user has another item with features."""
    users_items = sparse.csr_matrix(interactions, dtype=np.float32, copy=True)
    users_items.data = (~missing[users_items.indices]).astype(np.float32)
    users_items.eliminate_zeros()  # items with features alone
    items_users = interactions.T.tocsr()[lacking]
    most = np.minimum(items_users @ np.diff(users_items.indptr), len(features_Id))
    result_nd = np.empty((len(lacking), features_Id.shape[1]), dtype=np.float32)
    for rows in blocks_of_rows(most * BYTES_PER_COUNT, BLOCK_BYTES):
        counts = items_users[rows] @ users_items
        totals_n = np.asarray(counts.sum(axis=1)).ravel()
        counts.data /= np.repeat(totals_n, np.diff(counts.indptr))
        result_nd[rows] = counts @ features_Id
    return result_nd
