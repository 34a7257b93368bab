"""What every graph here needs: canonical CSR, scaling, blocks of rows."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from siger_pipeline.errors import InputError


def canonical(matrix: sparse.spmatrix | sparse.sparray) -> sparse.csr_matrix:
    """The matrix as CSR with float32 values and sorted int32 indices, without stored zeros.

    Raises:
        InputError: more entries than int32 indices can count.
    """
    if matrix.nnz > np.iinfo(np.int32).max:
        raise InputError(
            f"a graph can have at most {np.iinfo(np.int32).max} edges, found {matrix.nnz}"
        )
    csr = sparse.csr_matrix(matrix, dtype=np.float32, copy=True)
    csr.sum_duplicates()
    csr.eliminate_zeros()
    csr.indices = csr.indices.astype(np.int32, copy=False)
    csr.indptr = csr.indptr.astype(np.int32, copy=False)
    return csr


def scaled(
    matrix: sparse.csr_matrix, row_scale: np.ndarray, col_scale: np.ndarray
) -> sparse.csr_matrix:
    """diag(row_scale) · matrix · diag(col_scale), multiplied in float64 from the left."""
    values = np.repeat(row_scale, np.diff(matrix.indptr))
    values *= matrix.data
    values *= col_scale[matrix.indices]
    return sparse.csr_matrix((values, matrix.indices, matrix.indptr), shape=matrix.shape)


def inverse_sqrt(degrees: np.ndarray) -> np.ndarray:
    """x^(−1/2), with 0^(−1/2) := 0, so that an empty row stays empty."""
    result = np.zeros(len(degrees), dtype=np.float64)
    np.power(degrees, -0.5, out=result, where=degrees > 0)
    return result


def degree_normalise(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """D_rows^(−1/2) A D_columns^(−1/2) with the degrees D numbers of entries."""
    of_rows = np.diff(matrix.indptr)
    of_columns = np.bincount(matrix.indices, minlength=matrix.shape[1])
    return canonical(scaled(matrix, inverse_sqrt(of_rows), inverse_sqrt(of_columns)))


def symmetric_normalise(weights: sparse.csr_matrix) -> sparse.csr_matrix:
    """D^(−1/2) W D^(−1/2) with D the *row* sums of the square W at both ends, SIGER Eq. (5).

    W is directed (a row holds its own neighbours) and is not symmetrised.
    """
    scale = inverse_sqrt(np.asarray(weights.sum(axis=1), dtype=np.float64).ravel())
    return canonical(scaled(weights, scale, scale))


def mixed(first: sparse.csr_matrix, second: sparse.csr_matrix, share: float) -> sparse.csr_matrix:
    """share · first + (1 − share) · second."""
    return canonical(share * first + (1.0 - share) * second)


def blocks_of_rows(row_bytes: np.ndarray, limit_bytes: int) -> Iterator[slice]:
    """Consecutive row ranges whose estimated bytes stay under a limit (always at least one row).

    Args:
        row_bytes: estimated size of each row's result, [rows].
        limit_bytes: bound on the sum over a block.
    """
    ends = np.cumsum(row_bytes)
    start, before = 0, 0.0
    while start < len(row_bytes):
        stop = max(start + 1, int(np.searchsorted(ends, before + limit_bytes, side="right")))
        yield slice(start, stop)
        start, before = stop, ends[stop - 1]


def without_loops(graph: sparse.csr_matrix) -> sparse.csr_matrix:
    """The graph without the links of items to themselves, which kNN graphs have."""
    links = graph.tocoo()
    to_others = (links.row != links.col) & (links.data != 0)
    ends = (links.row[to_others], links.col[to_others])
    return sparse.csr_matrix((links.data[to_others], ends), shape=links.shape)
