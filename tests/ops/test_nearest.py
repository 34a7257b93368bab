"""The nearest rows of a learned matrix, against a loop over all pairs."""

import numpy as np
import pytest
import torch
from torch import Tensor

from siger_pipeline.ops import nearest as module
from siger_pipeline.ops.nearest import nearest_rows
from siger_pipeline.ops.unit_rows import unit_rows


def rows(number: int, dimension: int = 4, seed: int = 0) -> Tensor:
    draw = torch.Generator().manual_seed(seed)
    return unit_rows(torch.randn(number, dimension, generator=draw))


def by_loop(unit: Tensor, k: int) -> list[list[int]]:
    x = unit.double().numpy()
    found = []
    for i, row in enumerate(x):
        cosines = [np.round(row @ other, 10) if other.any() else -2.0 for other in x]
        best = sorted(range(len(x)), key=lambda j: (-cosines[j], j))[:k]
        found.append(sorted(best) if row.any() else [i] * k)
    return found


def found(unit: Tensor, k: int) -> list[list[int]]:
    return [sorted(row) for row in nearest_rows(unit, k).tolist()]


@pytest.mark.parametrize("k", [1, 3, 30])
@pytest.mark.parametrize("block_mib", [1e-9, 16.0])
def test_they_are_those_of_a_loop(
    k: int, block_mib: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK_MIB", block_mib)
    unit = rows(30)
    assert found(unit, k) == by_loop(unit, k)


def test_ties_go_to_the_smaller_position() -> None:
    unit = rows(7).repeat(5, 1)[torch.randperm(35, generator=torch.Generator().manual_seed(1))]
    for k in (2, 5, 8):
        assert found(unit, k) == by_loop(unit, k)


def test_a_zero_row_has_itself_alone_and_is_nobody_s_neighbour() -> None:
    unit = rows(20)
    # All others point the other way, so that 0 would be the largest cosine.
    unit[5:] = -unit[0] + 0.01 * unit[5:]
    unit[[3, 11]] = 0
    for k in (4, 18):
        assert found(unit, k) == by_loop(unit, k)
    assert found(torch.zeros(3, 2), 2) == [[0, 0], [1, 1], [2, 2]]


def test_they_get_no_gradient() -> None:
    unit = rows(6).requires_grad_()
    assert not nearest_rows(unit, 2).requires_grad
