"""Degree-sensitive edge pruning: FREEDOM, Zhou, Shen. ACM MM 2023, arXiv 2211.06924.

Shape suffixes: E edges, K kept ones.
"""

from math import floor

import numpy as np
from scipy import sparse

from siger_pipeline.ops.sparse import degree_normalise


def number_kept(n_edges: int, pruned: float) -> int:
    """⌊(1 − ρ) |E|⌋ for the pruned share ρ, as in exact arithmetic: a tenth of 30 is 3."""
    return floor(round((1 - pruned) * n_edges, 6))


def kept_edges(graph: sparse.csr_matrix, kept_K: np.ndarray) -> sparse.csr_matrix:
    """Some edges of a bipartite graph alone, normalised by the degrees that they leave.

    Args:
        graph: CSR [U, I], with sorted indices.
        kept_K: positions among its entries, ascending.
    """
    indptr = np.searchsorted(kept_K, graph.indptr)
    parts = (np.ones(len(kept_K), np.float32), graph.indices[kept_K], indptr)
    return degree_normalise(sparse.csr_matrix(parts, shape=graph.shape))
