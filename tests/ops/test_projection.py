"""Projections of a few rows: the plain formula, and its gradients, however the rows are cut."""

import pytest
import torch
from torch import Tensor

from siger_pipeline.ops import projection
from siger_pipeline.ops.projection import project_rows

ROWS = torch.tensor([0, 3, 4, 8, 9, 10, 16])


def tables() -> tuple[Tensor, Tensor]:
    """A table [17, 6] and a map [3, 6], both trained."""
    draw = torch.Generator().manual_seed(0)
    table, weight = (torch.randn(n, 6, generator=draw, dtype=torch.float64) for n in (17, 3))
    return table.requires_grad_(), weight.requires_grad_()


@pytest.mark.parametrize("rows", [ROWS, None])
@pytest.mark.parametrize("rows_a_block", [1, 3, 100])
def test_it_has_the_value_and_gradients_of_the_formula(
    rows: Tensor | None, rows_a_block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "block_rows", lambda *_: rows_a_block)
    gradients = []
    for plainly in (True, False):
        table, weight = tables()
        chosen = table if rows is None else table[rows]
        result = chosen @ weight.T if plainly else project_rows(table, rows, weight)
        (result**3).sum().backward()
        gradients.append((result, table.grad, weight.grad))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


def test_a_constant_table_gets_no_gradient() -> None:
    table, weight = tables()
    table = table.detach()
    project_rows(table, ROWS, weight).sum().backward()
    assert table.grad is None
    torch.testing.assert_close(weight.grad, table[ROWS].sum(0).expand(3, 6))


def test_rows_of_a_block_stay_in_the_cache_of_a_core() -> None:
    wide = torch.zeros(1000, 4096)
    assert {len(block) for block in projection._blocks(wide, torch.arange(512))} == {256}
    assert len(projection._blocks(wide.to("meta"), torch.arange(1000))) == 1
