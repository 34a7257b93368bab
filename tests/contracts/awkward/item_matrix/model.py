"""A closed form of items × items, as EASE's: it may be large, and is stored once."""

import numpy as np
import torch
from torch import Tensor

from contracts.awkward.item_matrix.config import Config as ItemMatrixConfig
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import ClosedForm


class ItemMatrix(ClosedForm):
    """Scores R B with B = I − P · diag(P)⁻¹, P = (RᵀR + λI)⁻¹."""

    Config = ItemMatrixConfig
    config: ItemMatrixConfig
    weights: Tensor

    def __init__(
        self, config: ItemMatrixConfig, inputs: ModelInputs, randomness: Randomness
    ) -> None:
        super().__init__()
        self.config, self.interactions = config, inputs.interactions
        self.register_buffer("weights", torch.empty(inputs.n_items, inputs.n_items))

    def fit(self, inputs: ModelInputs, randomness: Randomness) -> None:
        matrix = inputs.interactions.astype(np.float64)
        gram = (matrix.T @ matrix).toarray()
        gram[np.diag_indices(len(gram))] += self.config.ridge
        inverse = np.linalg.inv(gram)
        weights = -inverse / np.diag(inverse)
        np.fill_diagonal(weights, 0.0)
        self.weights = torch.from_numpy(weights.astype(np.float32))

    def score(self, users: Tensor) -> Tensor:
        rows = torch.from_numpy(self.interactions[users.cpu().numpy()].toarray())
        return rows.to(self.weights.device) @ self.weights
