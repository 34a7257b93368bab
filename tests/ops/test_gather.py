"""Rows named any number of times."""

import torch

from siger_pipeline.ops.gather import gather


def test_rows_and_their_gradient_are_those_of_an_index() -> None:
    draw = torch.Generator().manual_seed(0)
    table = torch.randn(9, 4, generator=draw, dtype=torch.float64, requires_grad=True)
    index = torch.randint(7, (5, 6), generator=draw)  # the last rows are in none
    other = table.detach().clone().requires_grad_()
    weights = torch.randn(5, 6, 4, generator=draw, dtype=torch.float64)
    found, expected = gather(table, index), other[index]
    assert torch.equal(found, expected)
    (found * weights).sum().backward()
    (expected * weights).sum().backward()
    torch.testing.assert_close(table.grad, other.grad)


def test_no_row_is_no_gradient() -> None:
    table = torch.ones(3, 2, requires_grad=True)
    gather(table, torch.empty(0, dtype=torch.int64)).sum().backward()
    assert table.grad is not None
    assert not table.grad.any()
