"""Propagation with a return to the start, over a graph whose edges may be dropped.

Shape suffixes: N nodes, E entries, d dimensions.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from siger_pipeline.ops.propagation import COLUMNS, ROWS, Graph

Values = dict[str, Tensor]  # by side


class FactoredGraph(Graph):
    """A constant square matrix [N, N] whose entries may be multiplied by factors, anew each time.

    Attributes:
        places: for each entry of the transpose, its place among those of the matrix, [E].
    """

    places: Tensor

    def __init__(self, matrix: sparse.csr_matrix) -> None:
        super().__init__(matrix)
        order = np.arange(matrix.nnz)
        numbered = sparse.csr_matrix((order, matrix.indices, matrix.indptr), shape=matrix.shape)
        self.register_buffer("places", torch.from_numpy(numbered.T.tocsr().data), persistent=False)

    def values(self, factors_E: Tensor | None = None) -> Values:
        """The entries of the matrix and of its transpose, times factors in row-major order."""
        values = {side: getattr(self, f"{side}_values") for side in (ROWS, COLUMNS)}
        if factors_E is None:
            return values
        factors = {ROWS: factors_E, COLUMNS: factors_E.index_select(0, self.places)}
        return {side: values[side] * factors[side] for side in values}


def appnp(
    graph: FactoredGraph,
    x_Nd: Tensor,
    layers: int,
    alpha: float,
    beta: float,
    factors_E: Tensor | None = None,
) -> Tensor:
    """H^K / γ with H⁰ = x and H^k = β A H^(k−1) + α x, [N, d].

    γ = β^K + α Σ_{k<K} β^k is what the steps multiply by where A keeps a vector as it is.
    Gasteiger, Bojchevski, Günnemann, ICLR 2019, arXiv 1810.05997 (α + β = 1, γ = 1); with γ, Hu
    et al., arXiv 2111.04692.

    Args:
        graph: A.
        x_Nd: the start.
        layers: K.
        alpha: α.
        beta: β.
        factors_E: of A's entries, in row-major order, such as those of a dropout; the same in all
            layers.
    """
    if layers == 0:
        return x_Nd
    gamma = beta**layers + alpha * sum(beta**layer for layer in range(layers))
    values = {side: beta * value for side, value in graph.values(factors_E).items()}
    result: Tensor = _Propagated.apply(x_Nd, _Steps(graph, values, layers, alpha, gamma))
    return result


@dataclass(frozen=True)
class _Steps:
    """A polynomial of A: the gradient of its product is a product of its transpose."""

    graph: Graph
    values: Values  # β A
    layers: int
    alpha: float
    gamma: float

    def product(self, x: Tensor, side: str) -> Tensor:
        x = layer = x.contiguous()
        for _ in range(self.layers):
            layer = self.graph.product(layer, side, self.values[side]).add_(x, alpha=self.alpha)
        return layer.div_(self.gamma)


class _Propagated(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, steps: _Steps) -> Tensor:
        ctx.steps = steps
        return steps.product(x, ROWS)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return ctx.steps.product(gradient, COLUMNS), None
