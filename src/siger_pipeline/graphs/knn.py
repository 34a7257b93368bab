"""The modality graph: nearest neighbours by cosine, exact, without an I × I matrix.

Shape suffixes: I items.
"""

import numpy as np
from scipy import sparse

from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.graphs.neighbours import nearest
from siger_pipeline.graphs.units import UnitRows, first_twin, row_norms
from siger_pipeline.ops.sparse import symmetric_normalise


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
        features: E_m, [I, d_m]; may be a memory map: rows are read where they are needed.
        k: neighbours per item, the item itself counted.
        missing: True where an item has no features, [I]; all-zero rows count as missing too. Such
            an item is its own only neighbour and nobody else's.
        block_mib: bound on what is held at once beside features and graph, MiB.

    Returns:
        CSR [I, I].

    Raises:
        InputError: features that are not finite, not two-dimensional, or of another length than
            ``missing``.
        ParameterError: k below 1.
    """
    if k < 1:
        raise ParameterError(f"graphs.knn_k must be at least 1, found {k}")
    norms_I = row_norms(features)
    absent_I = _absent(norms_I, missing)
    present, alone = np.flatnonzero(~absent_I), np.flatnonzero(absent_I)
    twin = first_twin(features, norms_I, present, k)
    kept = np.unique(twin)
    units = UnitRows(features, norms_I, kept)
    found = nearest(units, min(k, max(1, len(kept))), block_mib=block_mib)
    shape = (len(kept), len(kept))
    best = sparse.csr_matrix((found.cosine, (found.row, found.col)), shape=shape)
    best = best[np.searchsorted(kept, twin)].tocoo()
    weights = np.concatenate([(1.0 + best.data) / 2.0, np.ones(len(alone))])
    rows, cols = (np.concatenate([ends, alone]) for ends in (present[best.row], kept[best.col]))
    shape = (len(features), len(features))
    return symmetric_normalise(sparse.csr_matrix((weights, (rows, cols)), shape=shape))


def _absent(norms_I: np.ndarray, missing: np.ndarray | None) -> np.ndarray:
    if missing is None:
        return norms_I == 0
    if len(missing) != len(norms_I):
        raise InputError(
            f"the mask of missing items has {len(missing)} rows, the features {len(norms_I)}"
        )
    return (norms_I == 0) | np.asarray(missing, dtype=bool)
