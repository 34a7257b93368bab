"""The modality graph: nearest neighbours by cosine, exact, in row blocks.

Shape suffixes: I items, B rows of a block, P candidate pairs, d feature dimensions.
"""

import numpy as np
import torch
from scipy import sparse

from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.graphs.sparse import row_top_k, symmetric_normalise

# float32 products of unit vectors differ from the exact cosine by less than this; whoever lies
# within it of the k-th place is a candidate, and the choice is made in float64.
FLOAT32_SLACK = 4e-6
# Decimals at which exact cosines count as equal: rounding noise of float64 must not break a tie.
TIE_DECIMALS = 12
BYTES_PER_SIMILARITY = 8  # the float32 block and its selection


def knn_graph(
    features: np.ndarray,
    k: int,
    *,
    missing: np.ndarray | None = None,
    block_mib: float = 128.0,
) -> sparse.csr_matrix:
    """H̄_m, SIGER Eq. (6).

    H_ij = (1 + s(E_i, E_j)) / 2 with s the cosine; each row keeps its ``k`` largest entries, the
    item itself included in the choice, ties to the smaller item index (which is the same on every
    machine and thread count, since the choice is made on float64 cosines computed pair by pair);
    then D_H^(−1/2) H D_H^(−1/2) with D_H the row sums of what is kept.

    Args:
        features: E_m, [I, d_m].
        k: neighbours per item, the item itself counted.
        missing: True where an item has no features, [I]; all-zero rows count as missing too. Such
            an item is its own only neighbour and nobody else's.
        block_mib: bound on the similarities held at once, MiB.

    Returns:
        CSR [I, I].

    Raises:
        InputError: features that are not finite, not two-dimensional, or of another length than
            ``missing``.
        ParameterError: k below 1.
    """
    if k < 1:
        raise ParameterError(f"graphs.knn_k must be at least 1, found {k}")
    unit_Id, absent_I = _unit_rows(features, missing)
    present = np.flatnonzero(~absent_I)
    n_items = len(unit_Id)
    rows, cols, cosines = _neighbours(unit_Id[present], k, block_mib)
    alone = np.flatnonzero(absent_I)
    graph = sparse.csr_matrix(
        (
            np.concatenate([(1.0 + cosines) / 2.0, np.ones(len(alone))]),
            (np.concatenate([present[rows], alone]), np.concatenate([present[cols], alone])),
        ),
        shape=(n_items, n_items),
    )
    return symmetric_normalise(graph)


def _unit_rows(features: np.ndarray, missing: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    if features.ndim != 2:
        raise InputError(f"features must be a matrix [items, d], found shape {features.shape}")
    norms = np.sqrt(np.einsum("ij,ij->i", features, features, dtype=np.float64))
    if not np.isfinite(norms).all():
        row = int(np.flatnonzero(~np.isfinite(norms))[0])
        raise InputError(f"features of item {row} are not finite (NaN or infinity)")
    absent = norms == 0
    if missing is not None:
        if len(missing) != len(features):
            raise InputError(
                f"the mask of missing items has {len(missing)} rows, the features {len(features)}"
            )
        absent = absent | np.asarray(missing, dtype=bool)
    unit = np.divide(
        features,
        norms[:, None],
        where=norms[:, None] > 0,
        out=np.zeros(features.shape, dtype=np.float32),
        casting="same_kind",
    )
    return unit, absent


def _neighbours(
    unit_Id: np.ndarray, k: int, block_mib: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_items = len(unit_Id)
    block_rows = max(1, int(block_mib * 2**20 / (BYTES_PER_SIMILARITY * max(1, n_items))))
    found = []
    for start in range(0, n_items, block_rows):
        rows = np.arange(start, min(start + block_rows, n_items))
        row_P, col_P = _candidates(unit_Id, rows, min(k, n_items))
        cosine_P = _exact_cosines(unit_Id, rows[row_P], col_P, block_mib)
        block = sparse.csr_matrix(
            (np.round(cosine_P, TIE_DECIMALS), (row_P, col_P)), shape=(len(rows), n_items)
        )
        best = row_top_k(block, k).tocoo()
        found.append((rows[best.row], best.col, best.data))
    if not found:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, np.zeros(0)
    row, col, cosine = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return row, col, cosine


def _candidates(unit_Id: np.ndarray, rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    items_Id = torch.from_numpy(unit_Id)
    similarity_BI = items_Id[rows[0] : rows[-1] + 1] @ items_Id.T
    kth_B1 = torch.topk(similarity_BI, k, dim=1, sorted=False).values.amin(dim=1, keepdim=True)
    row_P, col_P = torch.nonzero(similarity_BI >= kth_B1 - FLOAT32_SLACK, as_tuple=True)
    return row_P.numpy(), col_P.numpy()


def _exact_cosines(
    unit_Id: np.ndarray, row_P: np.ndarray, col_P: np.ndarray, block_mib: float
) -> np.ndarray:
    # Equal rows must give equal cosines to the last bit: norms are taken anew in float64, and
    # every pair is summed in the same order.
    pairs = max(1, int(block_mib * 2**20 / (24 * unit_Id.shape[1])))
    cosine_P = np.empty(len(row_P))
    for start in range(0, len(row_P), pairs):
        part = slice(start, start + pairs)
        left = unit_Id[row_P[part]].astype(np.float64)
        right = unit_Id[col_P[part]].astype(np.float64)
        dot = (left * right).sum(axis=1)
        scale = np.sqrt((left * left).sum(axis=1) * (right * right).sum(axis=1))
        cosine_P[part] = dot / scale
    return cosine_P
