"""Weights that models share, drawn from their randomness.

Shape suffixes: N rows, d dimensions.
"""

import math

import torch
from torch import nn

from siger_pipeline.models.randomness import Axis, Randomness


def xavier_table(rows: Axis, dimension: int, randomness: Randomness) -> nn.Parameter:
    """A trainable table [N, d], Xavier uniform."""
    bound = math.sqrt(3.0) * math.sqrt(2.0 / float(rows.size + dimension))
    return nn.Parameter(randomness.uniform(rows, dimension, low=-bound, high=bound))


def normal_table(
    rows: Axis, dimension: int, deviation: float, randomness: Randomness
) -> nn.Parameter:
    """A trainable table [N, d], normal with mean 0."""
    return nn.Parameter(randomness.normal(rows, dimension, deviation=deviation))


class Linear(nn.Module):
    """W and b of a linear map x Wᵀ + b, uniform in ±1/√inputs as PyTorch's.

    `torch.nn.Linear` draws from the global generator, and avoiding that costs half a second of
    imports.
    """

    def __init__(self, inputs: int, outputs: int, randomness: Randomness) -> None:
        super().__init__()
        bound = inputs**-0.5
        weight = randomness.uniform(outputs, inputs, low=-bound, high=bound)
        bias = randomness.uniform(outputs, low=-bound, high=bound)
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """X Wᵀ + b."""
        return nn.functional.linear(x, self.weight, self.bias)
