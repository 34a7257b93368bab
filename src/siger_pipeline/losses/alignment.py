"""Alignment between modalities through an anchor.

Shape suffixes: n rows of the batch, p rows of the pool, q rows of a block, d dimensions.
"""

import torch
from torch import Tensor

from siger_pipeline.losses.contrastive import by_row_blocks, check_paired, unit_rows


def anchor_info_nce(
    first: Tensor,
    second: Tensor,
    anchor: Tensor,
    temperature: float,
    *,
    pool: Tensor | None = None,
    own: Tensor | None = None,
    block_rows: int | None = None,
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
            itself where it is not given.
        own: where row i of the batch stands in the pool, [n]; given with ``pool``.
        block_rows: bound on the rows of the logits held at once.

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
    log_anchor_n = ((first_nd + second_nd) * anchor_nd).sum(dim=1) / (2 * temperature)
    pool_pd = second_nd if pool is None else unit_rows(pool)
    own_n = torch.arange(len(first), device=first.device) if own is None else own
    log_sum_n = by_row_blocks(
        _log_sums, pool_pd, first_nd / temperature, log_anchor_n, own_n, block_rows=block_rows
    )
    return (log_sum_n - log_anchor_n).mean()


def _log_sums(pool_pd: Tensor, first_qd: Tensor, log_anchor_q: Tensor, own_q: Tensor) -> Tensor:
    # The place of i itself, which would be the ordinary positive, goes to the anchor.
    logits_qp = (first_qd @ pool_pd.T).scatter(1, own_q[:, None], log_anchor_q[:, None])
    return torch.logsumexp(logits_qp, dim=1)
