"""The ridge regression of each item on all others, in the memory of one I × I matrix.

The steps of EASE (Steck, WWW 2019, arXiv 1905.03375): `add_counts`, `add_cosines`, `regress`, each
in place in one float32 matrix. All products are of float32: B differs from that of float64 by some
1e-6 of its largest weight on the data sets here.

Shape suffixes: I items, C columns.
"""

import numpy as np
from scipy import sparse
from scipy.linalg.blas import ssyrk
from scipy.linalg.lapack import spotrf, spotri

from siger_pipeline.errors import ParameterError

BLOCK = 1024  # rows, or columns of features, at once


def add_counts(gram_II: np.ndarray, interactions: sparse.csr_matrix) -> None:
    """G += RᵀR, in blocks of rows.

    Args:
        gram_II: G, float32, changed in place.
        interactions: R, CSR [U, I].
    """
    items_users = interactions.T.tocsr()
    for start in range(0, len(gram_II), BLOCK):
        rows = slice(start, start + BLOCK)
        gram_II[rows] += (items_users[rows] @ interactions).toarray()


def add_cosines(gram_II: np.ndarray, features: np.ndarray, weight: float) -> None:
    """G += α X Xᵀ, the upper triangle only, X the rows of the features at length 1.

    Args:
        gram_II: G, float32, changed in place.
        features: E_m, [I, d_m]; may be a memory map. Zero rows stay zero.
        weight: α.
    """
    norms_I1 = np.sqrt(np.einsum("ij,ij->i", features, features, dtype=np.float64))[:, None]
    norms_I1[norms_I1 == 0] = 1.0
    for start in range(0, features.shape[1], BLOCK):
        part_IC = np.asarray(features[:, start : start + BLOCK] / norms_I1, dtype=np.float32)
        # BLAS's columns are NumPy's rows: transposes are Fortran's own order, and not copied.
        ssyrk(weight, part_IC.T, beta=1.0, c=gram_II.T, trans=1, lower=1, overwrite_c=1)


def regress(gram_II: np.ndarray, ridge: float, parameter: str) -> None:
    """Replace G by B = I − P diag(P)⁻¹, P = (G + λ)⁻¹: B_ij = −P_ij / P_jj, and 0 for i = j.

    Args:
        gram_II: the upper triangle of G, float32; all of B afterwards.
        ridge: λ.
        parameter: λ's name, for the message.

    Raises:
        ParameterError: G + λ is, to float32, not positive definite.
    """
    gram_II[np.diag_indices(len(gram_II))] += np.float32(ridge)
    # In place: the triangular factor, then the inverse, each in Fortran's lower triangle.
    _, singular = spotrf(gram_II.T, lower=1, overwrite_a=1, clean=0)
    if not singular:
        _, singular = spotri(gram_II.T, lower=1, overwrite_c=1)
    if singular:
        raise ParameterError(
            f"{parameter} = {ridge} is too small for a solve in float32: the matrix of the items "
            "is singular to its precision; raise it"
        )
    _mirror(gram_II)
    diagonal_I = gram_II.diagonal().copy()
    gram_II /= -diagonal_I
    np.fill_diagonal(gram_II, 0.0)


def _mirror(upper_II: np.ndarray) -> None:
    """Copy the upper triangle to the lower one, in blocks."""
    for start in range(0, len(upper_II), BLOCK):
        stop = start + BLOCK
        upper_II[start:stop, :start] = upper_II[:start, start:stop].T
        corner = upper_II[start:stop, start:stop]
        corner[:] = np.triu(corner) + np.triu(corner, 1).T
