"""InfoNCE.

Shape suffixes: n rows of the batch, p rows of the pool (whom the denominator runs over), d
dimensions.
"""

import torch
from torch import Tensor

from siger_pipeline.ops.log_sum_exp import DEFAULT_BLOCK_MIB, mean_log_sum_exp


def check_paired(*matrices: Tensor) -> None:
    """Raise ValueError unless all are matrices of one shape with at least one row."""
    shapes = {tuple(matrix.shape) for matrix in matrices}
    if len(shapes) != 1 or matrices[0].ndim != 2 or len(matrices[0]) == 0:
        raise ValueError(f"expected matrices of one shape [n ≥ 1, d], found {sorted(shapes)}")


def unit_rows(matrix: Tensor) -> Tensor:
    """Each row scaled to length 1; zero rows stay zero and get no gradient."""
    return _UnitRows.apply(matrix)


class _UnitRows(torch.autograd.Function):
    """x / ‖x‖, with the gradient (g − (g·y) y) / ‖x‖ in half the passes that autograd takes."""

    @staticmethod
    def forward(ctx, x_nd: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        norm_n1 = torch.linalg.vector_norm(x_nd, dim=1, keepdim=True)
        scale_n1 = torch.where(norm_n1 > 0, norm_n1.reciprocal(), 0.0)
        unit_nd = x_nd * scale_n1
        ctx.save_for_backward(unit_nd, scale_n1)
        return unit_nd

    @staticmethod
    def backward(ctx, gradient_nd: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        unit_nd, scale_n1 = ctx.saved_tensors
        along_n1 = torch.linalg.vecdot(gradient_nd, unit_nd).unsqueeze(1)
        return torch.addcmul(gradient_nd, unit_nd, along_n1, value=-1).mul_(scale_n1)


def info_nce(
    x: Tensor,
    y: Tensor,
    temperature: float,
    *,
    pool: Tensor | None = None,
    block_mib: float = DEFAULT_BLOCK_MIB,
    precision: torch.dtype | None = None,
) -> Tensor:
    """InfoNCE, SIGER Eqs. (13) and (16).

    mean_i −log( exp(s(x_i, y_i)/τ) / Σ_j exp(s(x_i, pool_j)/τ) ), s the cosine: row i of ``y`` is
    the positive of row i of ``x``; the pool, which holds the positives, makes the denominator.

    Args:
        x: [n, d].
        y: [n, d].
        temperature: τ > 0.
        pool: [p, d]; ``y`` itself where it is not given.
        block_mib: bound on the logits held at once, MiB.
        precision: of the denominators' matrix products; see `mean_log_sum_exp`.

    Returns:
        Scalar; log p where all rows are equal.

    Raises:
        ValueError: different shapes, or no rows.
    """
    check_paired(x, y)
    x_nd, y_nd = unit_rows(x) / temperature, unit_rows(y)
    pool_pd = y_nd if pool is None else unit_rows(pool)
    denominator = mean_log_sum_exp(
        x_nd, pool_pd, bound=1 / temperature, block_mib=block_mib, precision=precision
    )
    return denominator - torch.linalg.vecdot(x_nd, y_nd).mean()
