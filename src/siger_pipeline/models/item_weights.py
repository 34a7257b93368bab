"""Models whose weights are a dense matrix between items, as EASE's.

Shape suffixes: U users, I items, n scored users.
"""

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from siger_pipeline.errors import ParameterError
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.recommender import ClosedForm
from siger_pipeline.ops.item_weights import mebibytes
from siger_pipeline.ops.propagation import product


class ItemWeights(ClosedForm):
    """ŷ = R B. B [I, I] is computed in place, and stored once.

    The solve is made on the CPU; scores are made where the model is.
    """

    weights: Tensor

    def __init__(self, inputs: ModelInputs, solve_mib: float, model: str) -> None:
        """Allocate B, unless it is too large.

        Args:
            inputs: what the model is built from.
            solve_mib: bound on B, MiB.
            model: registered name, for messages.

        Raises:
            ParameterError: B would exceed the bound.
        """
        super().__init__()
        self.interactions = inputs.interactions
        needed = mebibytes(inputs.n_items)
        size = (
            f"a matrix of {inputs.n_items:,} × {inputs.n_items:,} items, {needed:,.1f} MiB in "
            "memory and in the checkpoint"
        )
        if needed > solve_mib:
            raise ParameterError(
                f"{model} needs {size}, and {model}.solve_mib allows {solve_mib:,g} MiB: "
                "raise it where there is the room, or take a model without such a matrix, such as "
                "itemknn"
            )
        self.remark = f"Model {model} is {size}."
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
