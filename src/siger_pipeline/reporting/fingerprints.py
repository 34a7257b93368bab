"""Hashes of the matrices that a model is made from."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from scipy import sparse


def matrix_fingerprint(matrix: np.ndarray | sparse.csr_matrix) -> str:
    """SHA-256 of the shape and the values of a dense or sparse matrix.

    Hashed are the shape and type of each array, and its bytes (little-endian): of a dense matrix
    itself, of a sparse one the row pointers and columns (64-bit) and the values.

    Returns:
        `sha256:` and 64 hexadecimal digits.
    """
    digest = hashlib.sha256(f"{tuple(map(int, matrix.shape))}\n".encode())
    for array in _arrays(matrix):
        values = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(f"{values.dtype.str}{values.shape}\n".encode())
        digest.update(values.data)
    return f"sha256:{digest.hexdigest()}"


def _arrays(matrix: Any) -> list[np.ndarray]:
    if not sparse.issparse(matrix):
        return [matrix]
    return [matrix.indptr.astype("<i8"), matrix.indices.astype("<i8"), matrix.data]
