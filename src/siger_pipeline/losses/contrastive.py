"""InfoNCE.

Shape suffixes: n rows of the batch, p rows of the pool (those in the denominator), d dimensions.
"""

import torch
from torch import Tensor

from siger_pipeline.ops.log_sum_exp import DEFAULT_BLOCK_MIB, mean_log_sum_exp
from siger_pipeline.ops.unit_rows import unit_rows


def check_paired(*matrices: Tensor) -> None:
    """Raise ValueError unless all are matrices of one shape with at least one row."""
    shapes = {tuple(matrix.shape) for matrix in matrices}
    if len(shapes) != 1 or matrices[0].ndim != 2 or len(matrices[0]) == 0:
        raise ValueError(f"expected matrices of one shape [n ≥ 1, d], found {sorted(shapes)}")


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
    the positive of row i of ``x``; the denominator runs over the pool, positives included.

    Args:
        x: [n, d].
        y: [n, d].
        temperature: τ > 0.
        pool: [p, d]; ``y`` itself by default.
        block_mib: bound on the logits in memory at once, MiB.
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


def dot_info_nce(x: Tensor, y: Tensor, temperature: float) -> Tensor:
    """InfoNCE by dot products instead of cosines: mean_i −log softmax_j(x_i · y_j / τ)_i.

    Args:
        x: [n, d].
        y: the positives, row by row, and the pool, [n, d].
        temperature: τ > 0.

    Returns:
        Scalar; log n where all rows are equal.

    Raises:
        ValueError: different shapes, or no rows.
    """
    check_paired(x, y)
    x_nd = x / temperature
    return mean_log_sum_exp(x_nd, y) - torch.linalg.vecdot(x_nd, y).mean()
