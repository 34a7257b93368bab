"""The gate that raw features put on an item's embedding.

Shape suffixes: I items, m feature dimensions, d embedding dimensions.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from siger_pipeline.models.layers import Linear, RawFeatures
from siger_pipeline.models.randomness import Randomness


class FeatureGate(nn.Module):
    """f_m of SIGER Eq. (9) on one modality's raw features."""

    def __init__(
        self, features: np.ndarray, dimension: int, train_features: bool, randomness: Randomness
    ) -> None:
        """Take E_m, [I, m], as a constant or as the initial value of a weight."""
        super().__init__()
        self.inner = Linear(features.shape[1], dimension, randomness)
        self.outer = Linear(dimension, dimension, randomness)
        self.raw = RawFeatures(features, trained=train_features)

    def forward(self) -> Tensor:
        """sigmoid(W'' (W' E_m + b') + b''), [I, d].

        With nothing between the two maps they are one, W'' W', so that all items are multiplied
        once, and once in the backward pass.
        """
        weight_dm = self.outer.weight @ self.inner.weight
        bias_d = torch.addmv(self.outer.bias, self.outer.weight, self.inner.bias)
        return torch.sigmoid(functional.linear(self.raw.table, weight_dm, bias_d))
