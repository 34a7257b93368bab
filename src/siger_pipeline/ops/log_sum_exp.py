"""Mean of log Σ exp of dot products, without ever holding all of them.

Shape suffixes: n rows, p rows of the pool, q rows of a block, d dimensions.
"""

import math
from typing import Any

import torch
from torch import Tensor

from siger_pipeline.ops.blocks import block_rows

DEFAULT_BLOCK_MIB = 64.0
# Up to so many dimensions the product is cheap and the passes are not: a block stays in a core's
# own cache, and the pool's dimensions lie one after another, which such a product reads faster.
NARROW, NARROW_MIB = 16, 1.0
# exp of logits up to here, summed over any pool, is far from both ends of float32.
SAFE_LOGIT = 40.0


def mean_log_sum_exp(
    x: Tensor,
    pool: Tensor,
    *,
    own: Tensor | None = None,
    value: Tensor | None = None,
    bound: float = math.inf,
    block_mib: float = DEFAULT_BLOCK_MIB,
    precision: torch.dtype | None = None,
) -> Tensor:
    """mean_i log Σ_j exp(x_i · pool_j), the denominators of the contrasts of SIGER §4 and §5.

    The gradient, (1/n) Σ_i softmax_ij pool_j for x_i and likewise for the pool, is computed block
    by block along with the value: n × p logits are neither stored nor computed twice.

    Args:
        x: [n, d].
        pool: [p, d].
        own: with ``value``: the place of row i in the pool, int64 [n].
        value: stands in place of x_i · pool_own(i), [n].
        bound: what no logit exceeds in size, as the caller knows, 1/τ for cosines; where it is
            small, two of five passes over the logits can be left out.
        block_mib: bound on the logits held at once, MiB (at least one row of them).
        precision: of the matrix products and the logits; that of ``x`` where it is not given.
            Sums are kept in that of ``x``.

    Returns:
        Scalar.
    """
    rows = _block_rows(x, pool, block_mib)
    shift = bound > SAFE_LOGIT
    result: Tensor = _MeanLogSumExp.apply(x, pool, own, value, rows, shift, precision or x.dtype)
    return result


def _block_rows(x_nd: Tensor, pool_pd: Tensor, block_mib: float) -> int:
    row_bytes = x_nd.element_size() * len(pool_pd)
    if _narrow_on_cpu(x_nd):
        return max(1, int(min(block_mib, NARROW_MIB) * 2**20 / row_bytes))
    return block_rows(row_bytes, x_nd.device, block_mib)


def _narrow_on_cpu(x_nd: Tensor) -> bool:
    return x_nd.device.type == "cpu" and x_nd.shape[1] <= NARROW


class _MeanLogSumExp(torch.autograd.Function):
    @staticmethod
    def forward(  # type: ignore[no-untyped-def]
        ctx: Any,
        x_nd: Tensor,
        pool_pd: Tensor,
        own_n,
        value_n,
        rows: int,
        shift: bool,
        precision: torch.dtype,
    ) -> Tensor:
        if _narrow_on_cpu(x_nd):
            pool_pd = pool_pd.T.contiguous().T
        pool = pool_pd.to(precision)
        buffer_qp = pool.new_empty(min(rows, len(x_nd)), len(pool))
        log_sum_n, of_value_n = x_nd.new_empty(len(x_nd)), x_nd.new_empty(len(x_nd))
        of_x_nd, of_pool_pd = torch.empty_like(x_nd), torch.zeros_like(pool_pd)
        for start in range(0, len(x_nd), rows):
            part = slice(start, start + rows)
            x_qd = x_nd[part].to(precision)
            exps_qp = torch.mm(x_qd, pool.T, out=buffer_qp[: len(x_qd)])
            if own_n is not None:
                own_q1 = own_n[part, None]
                exps_qp.scatter_(1, own_q1, value_n[part, None].to(precision))
            if shift:
                largest_q1 = exps_qp.amax(dim=1, keepdim=True)
                exps_qp.sub_(largest_q1)
            sum_q1 = exps_qp.exp_().sum(dim=1, keepdim=True, dtype=x_nd.dtype)
            log_sum_q1 = sum_q1.log()
            log_sum_n[part] = (log_sum_q1 + largest_q1 if shift else log_sum_q1).squeeze(1)
            share_q1 = sum_q1.mul_(len(x_nd)).reciprocal_()
            if own_n is not None:
                of_value_n[part] = (exps_qp.gather(1, own_q1) * share_q1).squeeze(1)
                exps_qp.scatter_(1, own_q1, 0.0)
            of_x_nd[part] = torch.mm(exps_qp, pool) * share_q1
            _add_product(of_pool_pd, exps_qp.T, (x_nd[part] * share_q1).to(precision))
        ctx.save_for_backward(of_x_nd, of_pool_pd, of_value_n)
        ctx.with_value = own_n is not None
        return log_sum_n.mean()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        of_x_nd, of_pool_pd, of_value_n = ctx.saved_tensors
        of_value = gradient * of_value_n if ctx.with_value else None
        return gradient * of_x_nd, gradient * of_pool_pd, None, of_value, None, None, None


def _add_product(total: Tensor, left: Tensor, right: Tensor) -> None:
    """``total`` += left · right, in the precision of ``total``."""
    if left.dtype == total.dtype:
        total.addmm_(left, right)
    else:
        total.add_(torch.mm(left, right))
