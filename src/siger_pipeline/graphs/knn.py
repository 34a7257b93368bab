"""The modality graph: nearest neighbours by cosine, exact, without an I × I matrix.

Shape suffixes: I items.
"""

from collections.abc import Callable

import numpy as np
from scipy import sparse

from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.graphs.neighbours import nearest
from siger_pipeline.graphs.units import UnitRows, first_twin, row_norms
from siger_pipeline.ops.sparse import canonical, symmetric_normalise

Weights = Callable[[np.ndarray], np.ndarray]
WEIGHTS: dict[str, Weights] = {
    "half_cosine": lambda cosine: (1.0 + cosine) / 2.0,
    "cosine": lambda cosine: cosine,
    "binary": np.ones_like,
}


def knn_graph(
    features: np.ndarray,
    k: int,
    *,
    missing: np.ndarray | None = None,
    weights: str = "half_cosine",
    normalised: bool = True,
    block_mib: float = 128.0,
) -> sparse.csr_matrix:
    """D_H^(−1/2) H D_H^(−1/2) with D_H the row sums of H: SIGER Eq. (6) by its default weights.

    H holds each row's ``k`` largest cosines s(E_i, E_j), the item itself counted, ties to the
    smaller item index. They are the same on every machine and with any number of threads, since
    cosines are compared in float64 and computed pair by pair.

    Args:
        features: E_m, [I, d_m]; may be a memory map, which is read in blocks.
        k: neighbours per item, the item itself counted.
        missing: True where an item has no features, [I]; all-zero rows count as missing too. Such
            an item has no neighbour but itself, and is no other item's neighbour.
        weights: values of H: `half_cosine` (1 + s) / 2, `cosine` s, or `binary` 1.
        normalised: False gives H itself.
        block_mib: bound on the memory beside features and graph, MiB.

    Returns:
        CSR [I, I].

    Raises:
        InputError: features that are not finite, not two-dimensional, or of another length than
            ``missing``.
        ParameterError: k below 1.
    """
    if k < 1:
        raise ParameterError(f"the number of neighbours k is {k}, and must be at least 1")
    norms_I = row_norms(features)
    absent_I = _absent(norms_I, missing)
    present, alone = np.flatnonzero(~absent_I), np.flatnonzero(absent_I)
    twin = first_twin(features, norms_I, present, k)
    compared = np.unique(twin)
    units = UnitRows(features, norms_I, compared)
    top_k = nearest(units, min(k, max(1, len(compared))), block_mib=block_mib)
    shape = (len(compared), len(compared))
    best = sparse.csr_matrix((top_k.cosine, (top_k.row, top_k.col)), shape=shape)
    best = best[np.searchsorted(compared, twin)].tocoo()
    values = np.concatenate([WEIGHTS[weights](best.data), np.ones(len(alone))])
    rows, cols = (np.concatenate([ends, alone]) for ends in (present[best.row], compared[best.col]))
    shape = (len(features), len(features))
    weighted = sparse.csr_matrix((values, (rows, cols)), shape=shape)
    return symmetric_normalise(weighted) if normalised else canonical(weighted)


def _absent(norms_I: np.ndarray, missing: np.ndarray | None) -> np.ndarray:
    if missing is None:
        return norms_I == 0
    if len(missing) != len(norms_I):
        raise InputError(
            f"the mask of missing items has {len(missing)} rows, the features {len(norms_I)}"
        )
    return (norms_I == 0) | np.asarray(missing, dtype=bool)
