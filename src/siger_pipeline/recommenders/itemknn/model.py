"""ItemKNN: Sarwar, Karypis, Konstan, Riedl, WWW 2001, on interactions without ratings.

Cosine of the items' training columns, shrinkage, the k nearest of each item. k and h are the best
of the search space by Recall@20 on Baby's validation split: without shrinkage, items with one or
two users win, and popularity ranks better. BRIDGE's corrector (arXiv 2605.22073) is k 1000, h 0.
"""

import numpy as np
import torch
from torch import Tensor

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.neighbourhood import Neighbourhood
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.recommenders.itemknn.config import Config as ItemKNNConfig


class ItemKNN(Neighbourhood):
    """ŷ_uj = Σ_{i ∈ N_u} S_ij / √|N_u|.

    The division changes no user's ranking; it makes scores comparable between users.
    """

    Config = ItemKNNConfig
    config: ItemKNNConfig
    root_degrees: Tensor

    def __init__(self, config: ItemKNNConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__(inputs.interactions, inputs[config.cosines()])
        self.config = config
        degrees = np.diff(inputs.interactions.indptr).astype(np.float32)
        roots = torch.from_numpy(np.sqrt(np.maximum(degrees, 1)))
        self.register_buffer("root_degrees", roots, persistent=False)

    def score(self, users: Tensor) -> Tensor:
        """Sums of cosines over the root of the user's number of items, [n, I]."""
        return super().score(users) / self.root_degrees[users, None]
