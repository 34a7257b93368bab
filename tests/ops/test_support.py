"""Products with a sparse matrix of computed values, against dense ones."""

import pytest
import torch
from torch import Tensor

from siger_pipeline.ops import support as module
from siger_pipeline.ops.support import Support

N, M, E, D = 6, 5, 14, 3


def some_support(seed: int = 0) -> Support:
    """Entries in no order; row 2 and column 4 have none, some places have two."""
    draw = torch.Generator().manual_seed(seed)
    rows = torch.randint(N - 1, (E,), generator=draw)
    rows[rows >= 2] += 1
    columns = torch.randint(M - 1, (E,), generator=draw)
    rows[-1], columns[-1] = rows[0], columns[0]
    return Support(rows, columns, (N, M))


def some(*shape: int, seed: int = 1) -> Tensor:
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=draw, dtype=torch.float64).requires_grad_()


def dense(support: Support, values: Tensor) -> Tensor:
    places = (support.rows, support.columns)
    return values.new_zeros(support.shape).index_put(places, values, accumulate=True)


def test_a_product_is_that_of_the_dense_matrix() -> None:
    support, values, x = some_support(), some(E), some(M, D, seed=2)
    torch.testing.assert_close(support.product(values, x), dense(support, values) @ x)
    torch.testing.assert_close(support.row_sums(values), dense(support, values).sum(1))


def test_dots_are_entries_of_the_dense_product() -> None:
    support, x, y = some_support(), some(N, D), some(M, D, seed=2)
    expected = (x @ y.T)[support.rows, support.columns]
    torch.testing.assert_close(support.dots(x, y), expected)


def test_gradients_are_those_of_finite_differences() -> None:
    support = some_support()
    assert torch.autograd.gradcheck(support.product, (some(E), some(M, D, seed=2)))
    assert torch.autograd.gradcheck(support.dots, (some(N, D), some(M, D, seed=2)))


def test_gradients_are_those_of_the_dense_product() -> None:
    support, values, x = some_support(), some(E), some(M, D, seed=2)
    weights = some(N, D, seed=3).detach()
    for one, other in zip(
        torch.autograd.grad((support.product(values, x) * weights).sum(), (values, x)),
        torch.autograd.grad((dense(support, values) @ x * weights).sum(), (values, x)),
        strict=True,
    ):
        torch.testing.assert_close(one, other)


def test_a_gradient_that_nobody_needs_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    support, x = some_support(), some(M, D)
    monkeypatch.setattr(support, "gathered_dots", None)
    support.product(some(E).detach(), x).sum().backward()
    assert x.grad is not None


def test_blocks_change_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    support, x, y = some_support(), some(N, D), some(M, D, seed=2)
    whole = support.dots(x, y)
    monkeypatch.setattr(module, "BLOCK_MIB", 1e-9)
    assert torch.equal(support.dots(x, y), whole)
