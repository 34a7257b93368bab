"""A contrast with the neighbours that several graphs predict together.

Shape suffixes: I items, n rows of the batch, q rows of a block, p its columns (the items, filled
up to whole groups), k neighbours, d dimensions.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from siger_pipeline.ops.blocks import block_rows
from siger_pipeline.ops.largest import group_size, largest
from siger_pipeline.ops.log_sum_exp import DEFAULT_BLOCK_MIB
from siger_pipeline.ops.powers import power
from siger_pipeline.ops.unit_rows import unit_rows

FLOOR = 1e-9  # beside each share in a logarithm


def neighbour_contrast(
    views: Sequence[Tensor],
    rows: Tensor,
    temperature: float,
    k: int,
    *,
    block_mib: float = DEFAULT_BLOCK_MIB,
) -> Tensor:
    """The mean over views and rows of the contrast of DA-MRS, its alignment of items.

    For a view g let s_ij = cos(h_g,i, h_g,j), j all items, and π_g the softmax of s_ij over j. Then
    N₁ = the k largest of 2 π_g + Σ_{g'≠g} π_g', N₂ = the k largest of π_g outside N₁. With
    e_j = exp(s_ij/τ), T = Σ e over all items, A over N₁ and A' over N₂, the contrast of a row is
    −log(A/T + 1e-9) − log(A'/(T − A) + 1e-9). π and the sets have no gradient.

    The gradient is computed along with it, block by block: n × I cosines are never stored.

    Args:
        views: h_g, each [I, d].
        rows: the distinct rows i, int64 [n].
        temperature: τ; from 0.05, since exp(±1/τ) must be far from both ends of float32.
        k: neighbours of a set. Where there are fewer than 2k items, N₂ is what is left; where
            nothing is left, the second logarithm is left out.
        block_mib: bound on what is made of the cosines at once, MiB.

    Returns:
        Scalar.
    """
    units = [unit_rows(view) for view in views]
    row_bytes = (len(units) + 3) * units[0].element_size() * len(units[0])
    block = block_rows(row_bytes, units[0].device, block_mib)
    result: Tensor = _NeighbourContrast.apply(rows, temperature, k, block, *units)
    return result


class _NeighbourContrast(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, rows_n: Tensor, temperature: float, k: int, block: int, *units_Id: Tensor
    ) -> Tensor:
        n_items = len(units_Id[0])
        sizes = min(k, n_items), min(k, n_items - min(k, n_items))
        group = group_size(n_items, sizes[0])
        pools = [functional.pad(unit, (0, 0, 0, -n_items % group)) for unit in units_Id]
        of_pools, sums = [torch.zeros_like(pool) for pool in pools], []
        for rows_q in rows_n.split(block):
            exps = [_exps(pool, rows_q, n_items) for pool in pools]
            inverses = [exp_qp.sum(dim=1, keepdim=True).reciprocal_() for exp_qp in exps]
            joint_qp = exps[0] * inverses[0]
            for exp_qp, inverse_q1 in zip(exps[1:], inverses[1:], strict=True):
                joint_qp.addcmul_(exp_qp, inverse_q1)
            for pool, of_pool, exp_qp, inverse_q1 in zip(
                pools, of_pools, exps, inverses, strict=True
            ):
                predicted_qp = torch.addcmul(joint_qp, exp_qp, inverse_q1)
                first_qk = largest(predicted_qp, sizes[0], group)
                slope_qp = power(exp_qp, 1 / temperature)
                loss_q1, scale_q1 = _contrast_(slope_qp, first_qk, sizes[1], group)
                sums.append(loss_q1.sum())
                of_pool.addmm_(slope_qp.T, pool[rows_q] * scale_q1)
                of_pool.index_add_(0, rows_q, slope_qp @ pool * scale_q1)
        ctx.save_for_backward(*(of_pool[:n_items] for of_pool in of_pools))
        ctx.factor = 1 / (len(units_Id) * len(rows_n))
        ctx.by_cosine = ctx.factor / temperature
        return torch.stack(sums).sum() * ctx.factor

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        share = gradient * ctx.by_cosine
        return None, None, None, None, *(share * of_unit for of_unit in ctx.saved_tensors)


def _exps(pool_pd: Tensor, rows_q: Tensor, n_items: int) -> Tensor:
    """exp(s) of some rows with all items; 0 in the columns that are none."""
    exp_qp = (pool_pd[rows_q] @ pool_pd.T).exp_()
    exp_qp[:, n_items:] = 0.0
    return exp_qp


def _contrast_(e_qp: Tensor, first_qk: Tensor, second_k: int, group: int) -> tuple[Tensor, Tensor]:
    """The contrasts of some rows, [q, 1], and a factor: with it, e becomes e · d(contrast)/d(e).

    Args:
        e_qp: exp(s/τ); overwritten.
        first_qk: N₁.
        second_k: size of N₂.
        group: as in `largest`.
    """
    a_qk = e_qp.gather(1, first_qk)
    e_qp.scatter_(1, first_qk, 0.0)
    # T − A is summed, not subtracted: its terms may be far smaller than A.
    a, others = a_qk.sum(dim=1, keepdim=True), e_qp.sum(dim=1, keepdim=True)
    total = a + others
    share = a / total
    loss = -(share + FLOOR).log()
    by_a = -others / total.square() / (share + FLOOR)
    by_others = share / total / (share + FLOOR)
    if second_k > 0:
        second_qk = largest(e_qp, second_k, group)
        b_qk = e_qp.gather(1, second_qk)
        share = b_qk.sum(dim=1, keepdim=True) / others
        loss -= (share + FLOOR).log()
        by_others += share / others / (share + FLOOR)
        by_b = by_others - (others * (share + FLOOR)).reciprocal()
        e_qp.scatter_(1, second_qk, b_qk * (by_b / by_others))
    e_qp.scatter_(1, first_qk, a_qk * (by_a / by_others))
    return loss, by_others
