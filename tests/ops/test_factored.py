"""Gradients that are kept as factors: an optimiser's steps are those of the whole gradient."""

import pytest
import torch
from torch import Tensor, nn

from siger_pipeline.ops import factored
from siger_pipeline.ops.adam import Adam, Group
from siger_pipeline.ops.factored import factors_of
from siger_pipeline.ops.projection import project_rows

ROWS = torch.tensor([0, 3, 4, 8, 9, 10, 16])
OTHERS = torch.tensor([4, 5, 16])


def weights() -> list[nn.Parameter]:
    """A table [17, 6], and W [3, 6] and b, which are trained beside it."""
    draw = torch.Generator().manual_seed(0)
    shapes = (17, 6), (3, 6), (3,)
    return [nn.Parameter(torch.randn(n, generator=draw, dtype=torch.float64)) for n in shapes]


def used(case: str, table: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """A loss that multiplies some rows, or all, or twice, or reads the table otherwise too."""
    loss = (project_rows(table, None if case == "all" else ROWS, weight, bias) ** 3).sum()
    if case == "twice":
        loss = loss + (project_rows(table, OTHERS, 2 * weight) ** 2).sum()
    if case == "otherwise":
        loss = loss + (table**4).sum()
    return loss


def plain(case: str, table: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """The same without `project_rows`."""
    loss = (((table if case == "all" else table[ROWS]) @ weight.T + bias) ** 3).sum()
    if case == "twice":
        loss = loss + ((table[OTHERS] @ (2 * weight).T) ** 2).sum()
    if case == "otherwise":
        loss = loss + (table**4).sum()
    return loss


@pytest.mark.parametrize("case", ["all", "some", "twice", "otherwise"])
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("rows_a_block", [1, 5, 100])
def test_steps_are_those_of_the_whole_gradient(
    case: str, decay: float, rows_a_block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factored, "block_rows", lambda *_: rows_a_block)
    ours, theirs = weights(), weights()
    one = Adam([Group(ours, 0.05, decay)])
    other = torch.optim.Adam(theirs, lr=0.05, weight_decay=decay, fused=True)
    for _ in range(4):
        one.zero_grad()
        used(case, *ours).backward()
        assert (ours[0].grad is None) == (case != "otherwise")
        one.step()
        other.zero_grad()
        plain(case, *theirs).backward()
        other.step()
        for mine, reference in zip(ours, theirs, strict=True):
            torch.testing.assert_close(mine, reference)


def test_factors_are_forgotten_with_the_gradients_and_after_a_step() -> None:
    table, *others = weights()
    optimiser = Adam([Group([table, *others], 0.05)])
    for forget in (optimiser.zero_grad, optimiser.step):
        used("twice", table, *others).backward()
        assert len(factors_of(table) or []) == 2
        forget()
        assert factors_of(table) == []


def test_without_an_optimiser_that_asks_there_is_a_gradient() -> None:
    table, *others = weights()
    used("some", table, *others).backward()
    assert factors_of(table) is None
    assert table.grad is not None
    assert table.grad[ROWS].any(dim=1).all()
    assert not table.grad[[1, 2, 15]].any()


def test_vectors_have_no_factors() -> None:
    vector = nn.Parameter(torch.ones(3))
    Adam([Group([vector], 0.05)])
    assert factors_of(vector) is None
