"""Agreement of two predictions of the same interactions.

Shape suffixes: n users, q users of a block, m items, d dimensions.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from siger_pipeline.ops.blocks import block_rows
from siger_pipeline.ops.log_sum_exp import DEFAULT_BLOCK_MIB

MATRICES = 8  # of a block: both logits, both probabilities, and what their gradients take


def symmetric_bernoulli_kl(
    users: Tensor, first: Tensor, second: Tensor, *, block_mib: float = DEFAULT_BLOCK_MIB
) -> Tensor:
    """Mean over all pairs of KL(σ(p)‖σ(r)) + KL(σ(r)‖σ(p)): DA-MRS, alignment with users.

    With logits p = user · first and r = user · second it is (σ(p) − σ(r)) (p − r), which needs no
    logarithm of a σ that has reached 0 or 1. It is computed with its gradient block by block: n × m
    logits are never stored.

    Args:
        users: [n, d].
        first: one embedding of each item, [m, d].
        second: the other one, [m, d].
        block_mib: bound on the logits and what is made of them at once, MiB.

    Returns:
        Scalar, ≥ 0.

    Raises:
        ValueError: items of different shapes.
    """
    if first.shape != second.shape:
        raise ValueError(f"items of shape {tuple(first.shape)} against {tuple(second.shape)}")
    row_bytes = MATRICES * users.element_size() * len(first)
    rows = block_rows(row_bytes, users.device, block_mib)
    result: Tensor = _SymmetricKL.apply(users, first, second, rows)
    return result


class _SymmetricKL(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, users_nd: Tensor, first_md: Tensor, second_md: Tensor, rows: int
    ) -> Tensor:
        of_users = torch.empty_like(users_nd)
        of_first, of_second = torch.zeros_like(first_md), torch.zeros_like(second_md)
        sums = []
        for start in range(0, len(users_nd), rows):
            part = slice(start, start + rows)
            user_qd = users_nd[part]
            p_qm, r_qm = user_qd @ first_md.T, user_qd @ second_md.T
            sigma_p, sigma_r = p_qm.sigmoid(), r_qm.sigmoid()
            gap_qm, apart_qm = p_qm.sub_(r_qm), torch.sub(sigma_p, sigma_r, out=r_qm)
            sums.append(torch.linalg.vecdot(gap_qm, apart_qm).sum())
            # d/dp = σ'(p) (p − r) + σ(p) − σ(r), and d/dr = −σ'(r) (p − r) − (σ(p) − σ(r)).
            by_p = torch.addcmul(apart_qm, _slope_(sigma_p), gap_qm)
            by_r = torch.addcmul(apart_qm, _slope_(sigma_r), gap_qm).neg_()
            of_users[part] = torch.addmm(by_p @ first_md, by_r, second_md)
            of_first.addmm_(by_p.T, user_qd)
            of_second.addmm_(by_r.T, user_qd)
        ctx.save_for_backward(of_users, of_first, of_second)
        ctx.pairs = len(users_nd) * len(first_md)
        return torch.stack(sums).sum() / ctx.pairs

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        share = gradient / ctx.pairs
        return *(share * of_each for of_each in ctx.saved_tensors), None


def _slope_(sigma: Tensor) -> Tensor:
    """σ' = σ (1 − σ), in place."""
    return sigma.addcmul_(sigma, sigma, value=-1.0)
