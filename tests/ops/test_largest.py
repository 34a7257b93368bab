"""The largest entries by groups of columns, and powers by products."""

import pytest
import torch

from siger_pipeline.ops.largest import largest
from siger_pipeline.ops.powers import power


@pytest.mark.parametrize("columns", [1, 7, 63, 64, 65, 500, 5003])
@pytest.mark.parametrize("k", [1, 3, 10])
@pytest.mark.parametrize("ties", [False, True])
def test_the_largest_entries_are_those_of_a_sort(columns: int, k: int, ties: bool) -> None:
    k = min(k, columns)
    generator = torch.Generator().manual_seed(columns)
    values = torch.rand(20, columns, generator=generator)
    values = (values * 5).round() if ties else values
    found = largest(values, k)
    assert found.shape == (20, k)
    assert all(len(row.unique()) == k for row in found)
    expected = values.sort(dim=1, descending=True).values[:, :k]
    assert torch.equal(values.gather(1, found).sort(dim=1, descending=True).values, expected)


@pytest.mark.parametrize("exponent", [1.0, 2.0, 5.0, 10.0, 20.0, 4.3, 0.5])
def test_powers(exponent: float) -> None:
    base = torch.linspace(0.4, 2.7, 50, dtype=torch.float64)
    before = base.clone()
    torch.testing.assert_close(power(base, exponent), before**exponent)
    assert torch.equal(base, before)
