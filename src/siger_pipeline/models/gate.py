"""What raw features say of an item, as a gate on its embedding.

Shape suffixes: I items, m feature dimensions, d embedding dimensions.
"""

import numpy as np
import torch
from torch import Tensor, nn

from siger_pipeline.models.layers import linear


class FeatureGate(nn.Module):
    """f_m of SIGER Eq. (9) on one modality's raw features."""

    raw: Tensor

    def __init__(
        self, features: np.ndarray, dimension: int, train_features: bool, generator: torch.Generator
    ) -> None:
        """Take E_m, [I, m]: a constant, or the start of a weight."""
        super().__init__()
        self.inner = linear(features.shape[1], dimension, generator)
        self.outer = linear(dimension, dimension, generator)
        raw_Im = torch.from_numpy(np.array(features, dtype=np.float32))
        if train_features:
            self.raw = nn.Parameter(raw_Im)
        else:
            self.register_buffer("raw", raw_Im, persistent=False)

    def forward(self) -> Tensor:
        """sigmoid(W'' (W' E_m + b') + b''), [I, d]."""
        return torch.sigmoid(self.outer(self.inner(self.raw)))
