"""APPNP against dense products."""

import numpy as np
import pytest
import torch
from scipy import sparse

from siger_pipeline.ops.appnp import FactoredGraph, appnp


def matrix() -> sparse.csr_matrix:
    draw = np.random.default_rng(0)
    return sparse.csr_matrix(draw.random((6, 6)) * (draw.random((6, 6)) < 0.5))


@pytest.mark.parametrize("dropped", [False, True])
@pytest.mark.parametrize("layers", [0, 1, 3])
def test_values_and_gradients_are_those_of_dense_products(layers: int, dropped: bool) -> None:
    given = matrix()
    graph, dense = FactoredGraph(given).double(), torch.from_numpy(given.toarray())
    factors = torch.arange(given.nnz, dtype=torch.float64) % 3 if dropped else None
    if factors is not None:
        rows, columns = given.nonzero()
        dense[rows, columns] *= factors
    x = torch.randn(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    same = x.clone().requires_grad_()
    x.requires_grad_()
    layer = same
    for _ in range(layers):
        layer = 0.6 * dense @ layer + 0.3 * same
    expected = layer / (0.6**layers + 0.3 * sum(0.6**k for k in range(layers)))
    found = appnp(graph, x, layers, 0.3, 0.6, factors)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-7)  # the graph is float32
    found.square().sum().backward()
    expected.square().sum().backward()
    torch.testing.assert_close(x.grad, same.grad, rtol=1e-6, atol=1e-6)
    other = FactoredGraph(given).double()  # the factors are not kept
    torch.testing.assert_close(appnp(graph, x, 2, 0.3, 0.6), appnp(other, x, 2, 0.3, 0.6))
