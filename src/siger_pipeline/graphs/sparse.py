"""What every graph here needs: canonical CSR, the largest entries of each row, normalisation."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from siger_pipeline.errors import ParameterError


def canonical(matrix: sparse.spmatrix | sparse.sparray) -> sparse.csr_matrix:
    """The matrix as CSR with float32 values and sorted int32 indices, without stored zeros."""
    csr = sparse.csr_matrix(matrix, dtype=np.float32, copy=True)
    csr.sum_duplicates()
    csr.eliminate_zeros()
    csr.sort_indices()
    csr.indices = csr.indices.astype(np.int32, copy=False)
    csr.indptr = csr.indptr.astype(np.int32, copy=False)
    return csr


def row_top_k(matrix: sparse.csr_matrix, k: int) -> sparse.csr_matrix:
    """Keep the ``k`` largest stored entries of each row; ties go to the smaller column index."""
    if k < 1:
        raise ParameterError(f"the number of neighbours must be at least 1, found {k}")
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((matrix.indices, -matrix.data, rows))
    place_in_row = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], np.diff(matrix.indptr))
    kept = order[place_in_row < k]
    return sparse.csr_matrix(
        (matrix.data[kept], (rows[kept], matrix.indices[kept])), shape=matrix.shape
    )


def inverse_sqrt(degrees: np.ndarray) -> np.ndarray:
    """x^(−1/2), with 0^(−1/2) := 0, so that an empty row stays empty."""
    result = np.zeros(len(degrees), dtype=np.float64)
    np.power(degrees, -0.5, out=result, where=degrees > 0)
    return result


def symmetric_normalise(weights: sparse.csr_matrix) -> sparse.csr_matrix:
    """D^(−1/2) W D^(−1/2) with D the *row* sums of the square W at both ends, SIGER Eq. (5).

    W is directed (a row holds its own neighbours) and is not symmetrised.
    """
    scale = inverse_sqrt(np.asarray(weights.sum(axis=1), dtype=np.float64).ravel())
    return canonical(sparse.diags_array(scale) @ weights @ sparse.diags_array(scale))


def blocks_of_rows(row_bytes: np.ndarray, limit_bytes: int) -> Iterator[slice]:
    """Consecutive row ranges whose estimated bytes stay under a limit (always at least one row).

    Args:
        row_bytes: estimated size of each row's result, [rows].
        limit_bytes: bound on the sum over a block.
    """
    start = 0
    while start < len(row_bytes):
        within = np.cumsum(row_bytes[start:]) <= limit_bytes
        stop = start + max(1, int(np.count_nonzero(within)))
        yield slice(start, stop)
        start = stop
