"""Models whose weights are a dense matrix between items, as EASE's.

Shape suffixes: U users, I items, n scored users.
"""

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.recommender import ClosedForm
from siger_pipeline.models.solve_config import size_of_solve
from siger_pipeline.ops.propagation import product


class ItemWeights(ClosedForm):
    """ŷ = R B. B [I, I] is computed in place, and stored once.

    The solve is made on the CPU; scores are made where the model is.
    """

    weights: Tensor

    def __init__(self, inputs: ModelInputs, model: str) -> None:
        """Allocate B, whose size the configuration has allowed (`SolveConfig`).

        Args:
            inputs: what the model is built from.
            model: registered name, for the remark.
        """
        super().__init__()
        self.interactions = inputs.interactions
        self.remark = f"Model {model} is {size_of_solve(inputs.n_items)}."
        self.register_buffer("weights", torch.empty(inputs.n_items, inputs.n_items))

    def cleared(self) -> np.ndarray:
        """B, all zero, to be computed in place."""
        return self.weights.zero_().numpy()

    def score(self, users: Tensor) -> Tensor:
        """Sums of the rows of B of the users' items, [n, I]."""
        return rows_times(self.interactions[users.cpu().numpy()], self.weights)


def rows_times(rows_nI: sparse.csr_matrix, weights_II: Tensor) -> Tensor:
    """The product of a few sparse rows with a dense matrix, on the matrix's device."""
    indptr, indices, values = (
        torch.from_numpy(part).to(weights_II.device)
        for part in (rows_nI.indptr, rows_nI.indices, rows_nI.data)
    )
    return product(indptr, indices, values, rows_nI.shape[0], weights_II)
