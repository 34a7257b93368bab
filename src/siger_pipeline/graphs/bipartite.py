"""The user-item graph of the behaviour view."""

from typing import Literal

import numpy as np
from scipy import sparse

from siger_pipeline.ops.sparse import canonical, degree_normalise, scaled

Normalisation = Literal["symmetric", "mean"]


def normalised_bipartite(
    interactions: sparse.csr_matrix,
    normalisation: Normalisation = "symmetric",
    *,
    loops: bool = False,
) -> sparse.csr_matrix:
    """D_U^(−1/2) R D_I^(−1/2), the upper right block of SIGER Eq. (1), or a variant of it.

    With G = [[0, R], [Rᵀ, 0]] and D its row sums, the variants are

    - `symmetric`: D_U^(−1/2) R D_I^(−1/2); with loops (D + 1)^(−1/2) (G + 1) (D + 1)^(−1/2);
    - `mean`: D_U^(−1) R, each user the mean of its items; with loops (D + 1)^(−1) (G + 1).

    Args:
        interactions: R, training interactions, [U, I]; repeated pairs count once.
        normalisation: how edges are weighted.
        loops: whether each user and item is a neighbour of itself.

    Returns:
        CSR [U, I], or with loops [U + I, U + I], users first. Without loops, users and items
        without interactions have empty rows and columns.
    """
    matrix = canonical(interactions)
    matrix.data[:] = 1.0
    if loops:
        itself = [sparse.identity(size, dtype=np.float32) for size in matrix.shape]
        matrix = canonical(sparse.bmat([[itself[0], matrix], [matrix.T, itself[1]]]))
    if normalisation == "symmetric":
        return degree_normalise(matrix)
    # Only empty rows have degree 0, and they have no edge to be scaled.
    inverse_degrees = 1 / np.maximum(np.diff(matrix.indptr), 1)
    return canonical(scaled(matrix, inverse_degrees, np.ones(matrix.shape[1])))
