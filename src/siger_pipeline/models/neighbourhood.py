"""Models whose weights are a sparse matrix between items, which is a graph that they request.

Shape suffixes: U users, I items, n scored users.
"""

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import ClosedForm


class Neighbourhood(ClosedForm):
    """ŷ = R S. The graph S is the model: its checkpoint holds no weights.

    Products are made on the CPU, a few users at a time.
    """

    def __init__(self, interactions: sparse.csr_matrix, graph: sparse.csr_matrix) -> None:
        """Keep references.

        Args:
            interactions: R, CSR [U, I].
            graph: S, CSR [I, I]; row i holds what an interaction with i speaks for.
        """
        super().__init__()
        self.interactions, self.graph = interactions, graph

    def fit(self, inputs: ModelInputs, randomness: Randomness) -> None:
        """Nothing: the graph has been built."""

    def score(self, users: Tensor) -> Tensor:
        """Sums over the users' items, [n, I]."""
        scores_nI = (self.interactions[users.cpu().numpy()] @ self.graph).toarray()
        return torch.from_numpy(np.asarray(scores_nI, dtype=np.float32)).to(users.device)
