"""Losses against loop-written references, closed forms and invariances."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from reference import losses as reference
from siger_pipeline.losses.alignment import anchor_info_nce
from siger_pipeline.losses.contrastive import dot_info_nce, info_nce
from siger_pipeline.losses.ranking import bpr
from siger_pipeline.losses.regularisation import frobenius, half_squared
from siger_pipeline.ops import log_sum_exp
from siger_pipeline.ops.log_sum_exp import DEFAULT_BLOCK_MIB, mean_log_sum_exp
from siger_pipeline.ops.unit_rows import unit_rows

sizes = st.tuples(st.integers(1, 7), st.integers(1, 5), st.integers(0, 2**16))
temperatures = st.sampled_from([0.01, 0.1, 0.2, 1.0])


def draw(rows: int, columns: int, seed: int, count: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(rows, columns, generator=generator, dtype=torch.float64) for _ in range(count)
    ]


@given(sizes, temperatures)
def test_info_nce_is_the_reference(size: tuple[int, int, int], temperature: float) -> None:
    x, y = draw(*size, 2)
    expected = reference.info_nce(x.numpy(), y.numpy(), temperature)
    assert float(info_nce(x, y, temperature)) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(sizes, st.sampled_from([0.1, 0.2, 1.0]))
def test_dot_info_nce_is_the_reference(size: tuple[int, int, int], temperature: float) -> None:
    x, y = draw(*size, 2)
    expected = reference.dot_info_nce(x.numpy(), y.numpy(), temperature)
    assert float(dot_info_nce(x, y, temperature)) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_dot_info_nce_of_unit_rows_is_that_of_cosines_and_large_products_stay_finite() -> None:
    x, y = draw(6, 4, 0, 2)
    assert float(dot_info_nce(unit_rows(x), unit_rows(y), 0.2)) == pytest.approx(
        float(info_nce(x, y, 0.2))
    )
    assert torch.isfinite(dot_info_nce(x.float() * 1e4, y.float(), 0.1))


@given(sizes, temperatures)
def test_anchor_info_nce_is_the_reference(size: tuple[int, int, int], temperature: float) -> None:
    first, second, anchor = draw(*size, 3)
    expected = reference.anchor_info_nce(first.numpy(), second.numpy(), anchor.numpy(), temperature)
    found = float(anchor_info_nce(first, second, anchor, temperature))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_info_nce_of_equal_rows_is_log_n() -> None:
    rows = torch.ones(8, 3)
    assert float(info_nce(rows, rows, 0.2)) == pytest.approx(math.log(8))


def test_info_nce_of_orthogonal_rows() -> None:
    rows = torch.eye(4)
    expected = math.log(math.exp(1 / 0.5) + 3) - 1 / 0.5
    assert float(info_nce(rows, rows, 0.5)) == pytest.approx(expected)


def test_anchor_on_both_sides_is_ordinary_info_nce_of_identical_rows() -> None:
    (rows,) = draw(6, 4, 0, 1)
    expected = float(info_nce(rows, rows, 0.2))
    assert float(anchor_info_nce(rows, rows, rows, 0.2)) == pytest.approx(expected)


def test_anchor_term_is_not_symmetric_in_the_modalities() -> None:
    first, second, anchor = draw(6, 4, 1, 3)
    one = float(anchor_info_nce(first, second, anchor, 0.2))
    assert one != pytest.approx(float(anchor_info_nce(second, first, anchor, 0.2)))


@given(sizes)
def test_contrasts_ignore_length_and_order(size: tuple[int, int, int]) -> None:
    x, y, anchor = draw(*size, 3)
    order = torch.randperm(size[0], generator=torch.Generator().manual_seed(size[2]))
    scaled = x * torch.linspace(0.5, 9, size[0], dtype=torch.float64)[:, None]
    assert torch.allclose(info_nce(x, y, 0.2), info_nce(scaled[order], y[order], 0.2))
    assert torch.allclose(
        anchor_info_nce(x, y, anchor, 0.2),
        anchor_info_nce(scaled[order], y[order], anchor[order], 0.2),
    )


@pytest.mark.parametrize("rows_a_block", [1, 2, 100])
def test_blocks_change_neither_value_nor_gradient(rows_a_block: int) -> None:
    x, pool, anchor = draw(9, 4, 3, 3)
    rows = torch.tensor([8, 2, 5])
    results = []
    for mib in (DEFAULT_BLOCK_MIB, rows_a_block * 9 * 8 / 2**20):
        x.grad, pool.grad = None, None
        x.requires_grad_(), pool.requires_grad_()
        value = info_nce(x[rows], pool[rows], 0.2, pool=pool, block_mib=mib)
        value = value + anchor_info_nce(
            x[rows], pool[rows], anchor[rows], 0.2, pool=pool, own=rows, block_mib=mib
        )
        value.backward()
        assert x.grad is not None
        assert pool.grad is not None
        results.append((value.detach(), x.grad.clone(), pool.grad.clone()))
    for whole, blocked in zip(*results, strict=True):
        torch.testing.assert_close(whole, blocked)


def log_sum_exp_plainly(x: Tensor, pool: Tensor, own: Tensor, value: Tensor) -> Tensor:
    logits = (x @ pool.T).scatter(1, own[:, None], value[:, None])
    return torch.logsumexp(logits, dim=1).mean()


@given(
    sizes,
    st.sampled_from([0, log_sum_exp.NARROW]),
    st.integers(1, 9),
    st.integers(1, 8),
    st.sampled_from([30.0, math.inf]),
)
def test_mean_log_sum_exp_has_the_value_and_gradient_of_its_formula(
    size: tuple[int, int, int], more_columns: int, pool_rows: int, rows_a_block: int, bound: float
) -> None:
    rows, columns, seed = size
    columns += more_columns
    (x,), (pool,) = draw(rows, columns, seed, 1), draw(pool_rows, columns, seed + 1, 1)
    value = draw(rows, 1, seed + 2, 1)[0].squeeze(1)
    own = torch.randint(pool_rows, (rows,), generator=torch.Generator().manual_seed(seed))
    tensors = [tensor.requires_grad_() for tensor in (x, pool, value)]
    plain = 3 * log_sum_exp_plainly(x, pool, own, value)
    blocked = 3 * mean_log_sum_exp(
        x,
        pool,
        own=own,
        value=value,
        bound=bound,
        block_mib=rows_a_block * pool_rows * 8 / 2**20,
    )
    torch.testing.assert_close(blocked, plain)
    for found, expected in zip(
        torch.autograd.grad(blocked, tensors), torch.autograd.grad(plain, tensors), strict=True
    ):
        torch.testing.assert_close(found, expected)


def test_no_more_logits_are_held_than_the_bound_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    held, mm = [], torch.mm

    def watched(left: Tensor, right: Tensor, **options: Tensor) -> Tensor:
        result = mm(left, right, **options)
        held.append(result.numel() if options else 0)
        return result

    monkeypatch.setattr(torch, "mm", watched)
    x, pool = draw(40, 3, 0, 1)[0], draw(30, 3, 1, 1)[0]
    mean_log_sum_exp(x, pool, block_mib=7 * 30 * 8 / 2**20)
    assert max(held) == 7 * 30


def test_large_logits_stay_finite() -> None:
    x = torch.tensor([[200.0, 0.0], [-300.0, 1.0]], requires_grad=True)
    value = mean_log_sum_exp(x, x)
    value.backward()
    assert value.item() == pytest.approx((200.0**2 + 300.0**2 + 1) / 2)
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()


def test_the_coldest_temperatures_stay_finite() -> None:
    # Opposite rows: exp(−1/τ) is below what float32 holds, and exp(1/τ) above.
    x = torch.tensor([[1.0, 0.0], [-1.0, 0.0]], requires_grad=True)
    for temperature in (0.005, 0.03):
        loss = info_nce(x, -x, temperature) + anchor_info_nce(x, -x, -x, temperature)
        loss.backward()
        assert loss.item() == pytest.approx(2 / temperature + 1 / temperature, rel=1e-3)
        assert x.grad is not None
        assert torch.isfinite(x.grad).all()


def test_bfloat16_logits_are_near() -> None:
    x, y, anchor = (tensor.float() for tensor in draw(300, 16, 7, 3))
    for loss in (
        lambda precision: info_nce(x, y, 0.2, precision=precision),
        lambda precision: anchor_info_nce(x, y, anchor, 0.2, precision=precision),
    ):
        exact, half = float(loss(None)), float(loss(torch.bfloat16))
        assert half != exact
        assert half == pytest.approx(exact, rel=5e-3)


def test_a_pool_of_the_batch_is_the_batch() -> None:
    x, y, anchor = draw(5, 3, 4, 3)
    torch.testing.assert_close(info_nce(x, y, 0.2, pool=y), info_nce(x, y, 0.2))
    torch.testing.assert_close(
        anchor_info_nce(x, y, anchor, 0.2, pool=y, own=torch.arange(5)),
        anchor_info_nce(x, y, anchor, 0.2),
    )


def test_unit_rows_has_the_gradient_of_its_formula() -> None:
    (x,) = draw(5, 3, 5, 1)
    assert torch.autograd.gradcheck(unit_rows, (x.requires_grad_(),))


def test_unit_rows_leaves_zero_rows() -> None:
    x = torch.zeros(2, 3, requires_grad=True)
    unit = unit_rows(x)
    unit.sum().backward()
    assert not unit.any()
    assert x.grad is not None
    assert not x.grad.any()


def test_bpr_closed_forms() -> None:
    scores = torch.tensor([0.3, -2.0])
    assert float(bpr(scores, scores)) == pytest.approx(math.log(2))
    one, zero = torch.tensor([1.0]), torch.tensor([0.0])
    assert float(bpr(one, zero)) == pytest.approx(-math.log(1 / (1 + math.exp(-1))))
    assert float(bpr(torch.tensor([1e4]), torch.tensor([-1e4]))) == 0.0
    assert math.isfinite(float(bpr(torch.tensor([-1e4]), torch.tensor([1e4]))))


def test_regularisers() -> None:
    rows = torch.tensor([[3.0, 4.0]]), torch.tensor([[0.0, 2.0]])
    assert float(half_squared(*rows, batch_size=2)) == pytest.approx((25 + 4) / 4)
    assert float(frobenius(*rows, batch_size=2)) == pytest.approx((5 + 2) / 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: bpr(torch.ones(2), torch.ones(3)),
        lambda: info_nce(torch.ones(2, 3), torch.ones(3, 3), 0.2),
        lambda: info_nce(torch.ones(0, 3), torch.ones(0, 3), 0.2),
        lambda: anchor_info_nce(torch.ones(2, 3), torch.ones(2, 3), torch.ones(2, 4), 0.2),
        lambda: anchor_info_nce(*[torch.ones(2, 3)] * 3, 0.2, pool=torch.ones(5, 3)),
    ],
)
def test_wrong_shapes_are_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"shape|together"):
        call()


def test_float32_agrees_with_the_reference() -> None:
    x, y = draw(50, 16, 9, 2)
    expected = reference.info_nce(x.numpy(), y.numpy(), 0.2)
    assert float(info_nce(x.float(), y.float(), 0.2)) == pytest.approx(expected, rel=1e-5)
    assert np.isfinite(expected)


@pytest.mark.parametrize(
    ("columns", "pool_rows", "block_mib", "expected"),
    [
        (64, 2048, 64.0, 512),  # 4 MiB of logits, which stay in the caches
        (64, 20_000, 64.0, 128),  # fewer rows would make the products wait for the pool
        (64, 20_000, 4.0, 52),  # the caller's bound holds
        (64, 10**8, 1.0, 1),
        (16, 20_000, 64.0, 13),  # narrow products do not wait: 1 MiB of logits
        (16, 20_000, 0.5, 6),
    ],
)
def test_rows_of_a_block_on_a_cpu(
    columns: int, pool_rows: int, block_mib: float, expected: int
) -> None:
    x, pool = torch.empty(3, columns), torch.empty(1, columns).expand(pool_rows, columns)
    assert log_sum_exp._block_rows(x, pool, block_mib) == expected


def test_a_device_takes_all_that_its_block_holds() -> None:
    x, pool = torch.empty(3, 1, device="meta"), torch.empty(2048, 1, device="meta")
    assert log_sum_exp._block_rows(x, pool, 64.0) == 8192
