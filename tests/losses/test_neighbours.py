"""The contrast with predicted neighbours, and the agreement of two predictions."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from siger_pipeline.losses.agreement import symmetric_bernoulli_kl
from siger_pipeline.losses.neighbours import FLOOR, neighbour_contrast
from siger_pipeline.losses.ranking import bpr, weighted_bpr


def draw(*shape: int, count: int, seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()
        for _ in range(count)
    ]


def reference(views: list[Tensor], rows: Tensor, temperature: float, k: int) -> Tensor:
    """Row by row, with autograd's gradient."""
    units = [view / view.norm(dim=1, keepdim=True) for view in views]
    cosines = [unit[rows] @ unit.T for unit in units]
    shares = [torch.softmax(cosine, dim=1).detach() for cosine in cosines]
    losses = []
    for cosine, share in zip(cosines, shares, strict=True):
        for row in range(len(rows)):
            joint = share[row] + torch.stack([each[row] for each in shares]).sum(dim=0)
            order = sorted(range(len(joint)), key=lambda j, by=joint: -float(by[j]))  # type: ignore[misc]
            first, others = order[:k], order[k:]
            second = sorted(others, key=lambda j, by=share[row]: -float(by[j]))[:k]  # type: ignore[misc]
            e = torch.exp(cosine[row] / temperature)
            loss = -torch.log(e[first].sum() / e.sum() + FLOOR)
            if second:
                loss = loss - torch.log(e[second].sum() / e[others].sum() + FLOOR)
            losses.append(loss)
    return torch.stack(losses).mean()


@pytest.mark.parametrize("block_mib", [64.0, 0.01])
@pytest.mark.parametrize(
    ("items", "k", "temperature", "graphs"),
    [(300, 10, 0.2, 3), (41, 3, 0.23, 2), (90, 1, 0.5, 4), (14, 10, 0.1, 3), (9, 10, 0.2, 2)],
)
def test_the_contrast_and_its_gradient_are_the_formula(
    items: int, k: int, temperature: float, graphs: int, block_mib: float
) -> None:
    views = draw(items, 6, count=graphs)
    rows = torch.arange(1, items, 3)
    found = neighbour_contrast(views, rows, temperature, k, block_mib=block_mib)
    expected = reference(views, rows, temperature, k)
    assert found.item() == pytest.approx(expected.item(), rel=1e-9, abs=1e-8)
    for one, other in zip(
        torch.autograd.grad(3 * found, views), torch.autograd.grad(3 * expected, views), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-7, atol=1e-10)


def test_the_contrast_of_equal_items_is_the_logarithm_of_their_numbers() -> None:
    views = [torch.ones(50, 4), 2 * torch.ones(50, 4)]
    found = neighbour_contrast(views, torch.arange(50), 0.2, 10)
    assert found.item() == pytest.approx(math.log(50 / 10) + math.log(40 / 10), rel=1e-5)


def test_the_contrast_in_float32_is_near_that_in_float64() -> None:
    views = draw(500, 8, count=3)
    rows = torch.arange(0, 500, 5)
    for temperature in (0.05, 0.2):
        expected = neighbour_contrast(views, rows, temperature, 10).item()
        found = neighbour_contrast([view.float() for view in views], rows, temperature, 10).item()
        assert found == pytest.approx(expected, rel=1e-5)


def test_a_zero_row_is_finite_and_gets_no_gradient() -> None:
    views = draw(40, 4, count=2)
    with torch.no_grad():
        views[0][7] = 0
    found = neighbour_contrast(views, torch.arange(40), 0.2, 5)
    gradient = torch.autograd.grad(found, views[0])[0]
    assert torch.isfinite(found)
    assert torch.isfinite(gradient).all()
    assert not gradient[7].any()


class LargestTensor(TorchDispatchMode):
    """The most numbers of any result of an operation, forward or backward."""

    numbers = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self.numbers = max(self.numbers, result.numel())
        return result


def test_no_matrix_of_all_pairs_is_made() -> None:
    views, rows = draw(3000, 4, count=2), torch.arange(0, 3000, 2)
    users = draw(1500, 4, count=1)[0]
    with LargestTensor() as seen:
        neighbour_contrast(views, rows, 0.2, 10, block_mib=1.0).backward()
        symmetric_bernoulli_kl(users, *views, block_mib=1.0).backward()
    assert seen.numbers < 1500 * 3000 / 20


def kl(p: float, q: float) -> float:
    return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))


@pytest.mark.parametrize("block_mib", [64.0, 0.001])
def test_the_agreement_is_the_symmetric_kl_of_each_pair(block_mib: float) -> None:
    (users,), (first, second) = draw(13, 5, count=1), draw(8, 5, count=2, seed=1)
    expected = []
    for user in users.detach().numpy():
        for one, other in zip(first.detach().numpy(), second.detach().numpy(), strict=True):
            p, r = (1 / (1 + math.exp(-float(user @ item))) for item in (one, other))
            expected.append(kl(p, r) + kl(r, p))
    found = symmetric_bernoulli_kl(users, first, second, block_mib=block_mib)
    assert found.item() == pytest.approx(np.mean(expected), rel=1e-10)
    assert torch.autograd.gradcheck(
        lambda *x: symmetric_bernoulli_kl(*x, block_mib=block_mib), (users, first, second)
    )


def test_certain_predictions_have_a_finite_distance() -> None:
    users = torch.full((1, 1), 200.0, requires_grad=True)
    found = symmetric_bernoulli_kl(users, torch.ones(1, 1), -torch.ones(1, 1))
    assert found.item() == pytest.approx(400.0)  # (1 − 0) (200 − (−200))
    (gradient,) = torch.autograd.grad(found, users)
    assert gradient.item() == pytest.approx(2.0)
    same = symmetric_bernoulli_kl(users, torch.ones(1, 1), torch.ones(1, 1))
    assert same.item() == 0.0


def test_weighted_bpr_is_the_sum_of_both_orders() -> None:
    positive, negative = (torch.tensor(x) for x in ([0.3, -1.0], [0.1, 2.0]))
    weight, reverse = torch.tensor([0.7, 0.2]), torch.tensor([0.0, 0.4])
    expected = 0.7 * math.log1p(math.exp(-0.2))
    expected += 0.2 * math.log1p(math.exp(3.0)) + 0.4 * math.log1p(math.exp(-3.0))
    found = weighted_bpr(positive, negative, weight, reverse)
    assert found.item() == pytest.approx(expected / 2, rel=1e-6)
    ones, zeros = torch.ones(2), torch.zeros(2)
    torch.testing.assert_close(
        weighted_bpr(positive, negative, ones, zeros), bpr(positive, negative)
    )


def test_shapes_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="must be alike"):
        weighted_bpr(*(torch.ones(3) for _ in range(3)), torch.ones(2))
    with pytest.raises(ValueError, match="items of shape"):
        symmetric_bernoulli_kl(torch.ones(2, 3), torch.ones(4, 3), torch.ones(5, 3))
