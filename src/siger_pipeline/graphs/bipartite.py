"""The user-item graph of the behaviour view."""

import numpy as np
from scipy import sparse

from siger_pipeline.ops.sparse import canonical, inverse_sqrt, scaled


def normalised_bipartite(interactions: sparse.csr_matrix) -> sparse.csr_matrix:
    """D_U^(−1/2) R D_I^(−1/2), the upper right block of SIGER Eq. (1).

    Args:
        interactions: R, training interactions, [U, I]; repeated pairs count once.

    Returns:
        CSR [U, I]; users and items without interactions keep empty rows and columns.
    """
    matrix = canonical(interactions)
    matrix.data[:] = 1.0
    user_degrees = np.diff(matrix.indptr)
    item_degrees = np.bincount(matrix.indices, minlength=matrix.shape[1])
    return canonical(scaled(matrix, inverse_sqrt(user_degrees), inverse_sqrt(item_degrees)))
