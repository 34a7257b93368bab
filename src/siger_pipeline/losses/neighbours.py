"""A contrast with the neighbours that several graphs predict together.

Shape suffixes: I items, n rows of the batch, q rows of a block, k neighbours, d dimensions.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from siger_pipeline.ops.blocks import block_rows
from siger_pipeline.ops.largest import largest
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
        first_k = min(k, n_items)
        second_k = min(k, n_items - first_k)
        gradients, sums = [torch.zeros_like(unit) for unit in units_Id], []
        for rows_q in rows_n.split(block):
            exps = [(unit_Id[rows_q] @ unit_Id.T).exp_() for unit_Id in units_Id]
            inverses = [exp_qI.sum(dim=1, keepdim=True).reciprocal_() for exp_qI in exps]
            joint_qI = exps[0] * inverses[0]
            for exp_qI, inverse_q1 in zip(exps[1:], inverses[1:], strict=True):
                joint_qI.addcmul_(exp_qI, inverse_q1)
            for unit_Id, of_unit_Id, exp_qI, inverse_q1 in zip(
                units_Id, gradients, exps, inverses, strict=True
            ):
                first_qk = largest(torch.addcmul(joint_qI, exp_qI, inverse_q1), first_k)
                slope_qI = power(exp_qI, 1 / temperature)
                loss_q1, scale_q1 = _contrast_(slope_qI, first_qk, second_k)
                sums.append(loss_q1.sum())
                of_unit_Id.addmm_(slope_qI.T, unit_Id[rows_q] * scale_q1)
                of_unit_Id.index_add_(0, rows_q, slope_qI @ unit_Id * scale_q1)
        ctx.save_for_backward(*gradients)
        factor = 1 / (len(units_Id) * len(rows_n))
        ctx.by_cosine = factor / temperature
        return torch.stack(sums).sum() * factor

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        share = gradient * ctx.by_cosine
        return None, None, None, None, *(share * of_unit for of_unit in ctx.saved_tensors)


def _contrast_(e_qI: Tensor, first_qk: Tensor, second_k: int) -> tuple[Tensor, Tensor]:
    """The contrasts of some rows, [q, 1], and a factor: with it, e becomes e · d(contrast)/d(e).

    Args:
        e_qI: exp(s/τ); overwritten.
        first_qk: N₁.
        second_k: size of N₂.
    """
    a_qk = e_qI.gather(1, first_qk)
    e_qI.scatter_(1, first_qk, 0.0)
    # T − A is summed, not subtracted: its terms may be far smaller than A.
    a, others = a_qk.sum(dim=1, keepdim=True), e_qI.sum(dim=1, keepdim=True)
    total = a + others
    share = a / total
    loss = -(share + FLOOR).log()
    by_a = -others / total.square() / (share + FLOOR)
    by_others = share / total / (share + FLOOR)
    if second_k > 0:
        second_qk = largest(e_qI, second_k)
        b_qk = e_qI.gather(1, second_qk)
        share = b_qk.sum(dim=1, keepdim=True) / others
        loss -= (share + FLOOR).log()
        by_others += share / others / (share + FLOOR)
        by_b = by_others - (others * (share + FLOOR)).reciprocal()
        e_qI.scatter_(1, second_qk, b_qk * (by_b / by_others))
    e_qI.scatter_(1, first_qk, a_qk * (by_a / by_others))
    return loss, by_others
