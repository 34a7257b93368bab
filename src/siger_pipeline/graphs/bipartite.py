"""The user-item graph of the behaviour view."""

import numpy as np
from scipy import sparse

from siger_pipeline.graphs.sparse import canonical, inverse_sqrt


def normalised_bipartite(interactions: sparse.csr_matrix) -> sparse.csr_matrix:
    """D_U^(−1/2) R D_I^(−1/2), the upper right block of SIGER Eq. (1).

    Args:
        interactions: R, training interactions, [U, I]; repeated pairs count once.

    Returns:
        CSR [U, I]; users and items without interactions keep empty rows and columns.
    """
    matrix = canonical(interactions)
    matrix.data[:] = 1.0
    user_scale = inverse_sqrt(np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel())
    item_scale = inverse_sqrt(np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel())
    return canonical(sparse.diags_array(user_scale) @ matrix @ sparse.diags_array(item_scale))
