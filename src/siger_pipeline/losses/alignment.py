"""Alignment between modalities through an anchor.

Shape suffixes: n rows of the batch, p rows of the pool, d dimensions.
"""

import torch
from torch import Tensor

from siger_pipeline.losses.contrastive import check_paired
from siger_pipeline.ops.log_sum_exp import DEFAULT_BLOCK_MIB, mean_log_sum_exp
from siger_pipeline.ops.unit_rows import unit_rows


def anchor_info_nce(
    first: Tensor,
    second: Tensor,
    anchor: Tensor,
    temperature: float,
    *,
    pool: Tensor | None = None,
    own: Tensor | None = None,
    block_mib: float = DEFAULT_BLOCK_MIB,
    precision: torch.dtype | None = None,
) -> Tensor:
    """Anchor-based InfoNCE, SIGER Eq. (14).

    A_i = exp( (s(first_i, anchor_i) + s(second_i, anchor_i)) / (2 τ) );
    mean_i −log( A_i / (A_i + Σ_{i'≠i} exp(s(first_i, pool_i') / τ)) ), s the cosine.

    Args:
        first: semantics of one modality, [n, d].
        second: semantics of the other, [n, d].
        anchor: behaviour embeddings of the same rows, [n, d].
        temperature: τ1 > 0.
        pool: the other modality's semantics of all rows that i' runs over, [p, d]; ``second``
            itself by default.
        own: index in the pool of row i of the batch, [n]; given with ``pool``.
        block_mib: bound on the logits in memory at once, MiB.
        precision: of the denominators' matrix products; see `mean_log_sum_exp`.

    Returns:
        Scalar.

    Raises:
        ValueError: different shapes, no rows, or a pool without ``own``.
    """
    check_paired(first, second, anchor)
    if (pool is None) != (own is None):
        raise ValueError("pool and own are given together")
    first_nd, second_nd, anchor_nd = unit_rows(first), unit_rows(second), unit_rows(anchor)
    # (s(f, a) + s(g, a)) / 2 = (f + g)·a / 2 for unit vectors.
    log_anchor_n = torch.linalg.vecdot(first_nd + second_nd, anchor_nd) / (2 * temperature)
    pool_pd = second_nd if pool is None else unit_rows(pool)
    own_n = torch.arange(len(first), device=first.device) if own is None else own
    # The anchor replaces the logit of i itself, which would be the ordinary positive.
    denominator = mean_log_sum_exp(
        first_nd / temperature,
        pool_pd,
        own=own_n,
        value=log_anchor_n,
        bound=1 / temperature,
        block_mib=block_mib,
        precision=precision,
    )
    return denominator - log_anchor_n.mean()
