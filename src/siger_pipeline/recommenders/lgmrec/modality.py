"""The weights of one modality.

Shape suffixes: I items, m feature dimensions, A hyperedges, d dimensions.
"""

import numpy as np
import torch
from torch import Tensor, nn

from siger_pipeline.models.layers import RawFeatures, xavier_map
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.recommenders.lgmrec.config import Config


class Modality(nn.Module):
    """E_m, constant and as it is, with W_m and V_m."""

    def __init__(self, features: np.ndarray, config: Config, randomness: Randomness) -> None:
        super().__init__()
        width = features.shape[1]
        self.raw = RawFeatures(features)
        self.projection = xavier_map(width, config.dimension, randomness)
        self.hyperedges = xavier_map(width, config.hyperedges, randomness)

    def forward(self) -> tuple[Tensor, Tensor]:
        """X_m = E_m W_m, [I, d], and the logits z_I = E_m V_m, [I, A], by one product of E_m."""
        weights = torch.cat([self.projection, self.hyperedges], dim=1)
        projected_Id, logits_IA = (self.raw.table @ weights).split(
            [self.projection.shape[1], self.hyperedges.shape[1]], dim=1
        )
        return projected_Id, logits_IA
