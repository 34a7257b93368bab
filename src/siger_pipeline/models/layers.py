"""Weights that models share, drawn from their randomness.

Shape suffixes: N rows, I items, m feature dimensions, d dimensions.
"""

import math
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from siger_pipeline.models.randomness import Axis, Randomness
from siger_pipeline.ops.projection import project_rows
from siger_pipeline.ops.tables import constant, copied


def xavier_table(rows: Axis, dimension: int, randomness: Randomness) -> nn.Parameter:
    """A trainable table [N, d], Xavier uniform."""
    bound = _xavier_bound(rows.size, dimension)
    return nn.Parameter(randomness.uniform(rows, dimension, low=-bound, high=bound))


def normal_table(
    rows: Axis, dimension: int, deviation: float, randomness: Randomness
) -> nn.Parameter:
    """A trainable table [N, d], normal with mean 0."""
    return nn.Parameter(randomness.normal(rows, dimension, deviation=deviation))


def xavier_map(inputs: int, outputs: int, randomness: Randomness) -> nn.Parameter:
    """A trainable map x W without bias, [inputs, outputs], Xavier uniform."""
    bound = _xavier_bound(inputs, outputs)
    return nn.Parameter(randomness.uniform(inputs, outputs, low=-bound, high=bound))


class Linear(nn.Module):
    """W and b of a linear map x Wᵀ + b, both uniform in ±1/√inputs as PyTorch's by default.

    `torch.nn.Linear` draws from the global generator, and avoiding that costs half a second of
    imports.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        randomness: Randomness,
        *,
        weights: Literal["fan_in", "xavier_uniform", "xavier_normal"] = "fan_in",
        zero_bias: bool = False,
    ) -> None:
        super().__init__()
        fan_in = inputs**-0.5
        if weights == "xavier_normal":
            deviation = math.sqrt(2.0 / float(inputs + outputs))
            weight = randomness.normal(outputs, inputs, deviation=deviation)
        else:
            bound = fan_in if weights == "fan_in" else _xavier_bound(inputs, outputs)
            weight = randomness.uniform(outputs, inputs, low=-bound, high=bound)
        if zero_bias:
            bias = torch.zeros(outputs, device=randomness.device)
        else:
            bias = randomness.uniform(outputs, low=-fan_in, high=fan_in)
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(bias)

    def forward(self, x: Tensor) -> Tensor:
        """X Wᵀ + b."""
        return nn.functional.linear(x, self.weight, self.bias)


class RawFeatures(nn.Module):
    """E_m, [I, m]: a constant, which is no part of the checkpoint, or trained from its values."""

    table: Tensor

    def __init__(self, features: np.ndarray, *, trained: bool = False) -> None:
        super().__init__()
        if trained:
            self.table = nn.Parameter(copied(features))
        else:
            self.register_buffer("table", constant(features), persistent=False)


class FeatureGate(nn.Module):
    """A gate that raw features put on an item's embedding.

    SIGER Eq. (9), and MGCN's behaviour-guided purifier.
    """

    def __init__(
        self, features: np.ndarray, dimension: int, randomness: Randomness, *, train_features: bool
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
        return torch.sigmoid(project_rows(self.raw.table, None, weight_dm, bias_d))


class Projection(nn.Module):
    """X_m = E_m Wᵀ + b, the raw features of a modality in d dimensions."""

    def __init__(
        self,
        features: np.ndarray,
        dimension: int,
        randomness: Randomness,
        *,
        trained: bool = False,
        weights: Literal["fan_in", "xavier_uniform", "xavier_normal"] = "fan_in",
    ) -> None:
        super().__init__()
        self.map = Linear(features.shape[1], dimension, randomness, weights=weights)
        self.raw = RawFeatures(features, trained=trained)

    def forward(self, rows: Tensor | None = None) -> Tensor:
        """X_m of some items, or all, [n, d]."""
        return project_rows(self.raw.table, rows, self.map.weight, self.map.bias)


def _xavier_bound(inputs: int, outputs: int) -> float:
    return math.sqrt(3.0) * math.sqrt(2.0 / float(inputs + outputs))
