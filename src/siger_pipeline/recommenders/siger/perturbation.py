"""Modulus-based personalised perturbation.

Shape suffixes: I items, n requested items, d dimensions.
"""

from typing import Any

import torch
from torch import Tensor


def perturb(
    embedding: Tensor,
    epsilon: float,
    noise: Tensor,
    permutation: Tensor,
    *,
    personalised: bool = True,
    rows: Tensor | None = None,
) -> Tensor:
    """E' of SIGER Eq. (12), for a given noise and row permutation.

    w = ‖E‖_row / max ‖E‖_row, without gradient; Ė = E + ε w sign(E) ⊙ rownorm(Δ);
    E' = E + ε w shuffle_rows(rownorm(Ė)), where row n takes row ``permutation[n]``.

    Args:
        embedding: E, [I, d].
        epsilon: ε ≥ 0.
        noise: Δ, uniform in (0, 1), [I, d].
        permutation: of the items, int64 [I].
        personalised: False sets w = 1 (the ablation −MP*).
        rows: the items whose E' is wanted, int64 [n]; all by default.

    Returns:
        [I, d], or [n, d].

    Raises:
        ValueError: noise or permutation of another length than the embedding.
    """
    if noise.shape != embedding.shape or permutation.shape != embedding.shape[:1]:
        raise ValueError(
            f"embedding {tuple(embedding.shape)} against noise {tuple(noise.shape)} and "
            f"permutation {tuple(permutation.shape)}"
        )
    reach_I1 = epsilon * _modulus_weights(embedding.detach(), personalised)
    result: Tensor = _Perturbation.apply(embedding, reach_I1, noise, permutation, rows)
    return result


class _Perturbation(torch.autograd.Function):
    """E + w U with U the shuffled unit rows of Ė; the backward pass needs U alone."""

    @staticmethod
    def forward(  # type: ignore[no-untyped-def]
        ctx: Any, embedding_Id: Tensor, reach_I1: Tensor, noise_Id: Tensor, permutation_I, rows_n
    ) -> Tensor:
        source_n = permutation_I if rows_n is None else permutation_I.index_select(0, rows_n)
        own_nd, own_reach_n1 = _rows(embedding_Id, rows_n), _rows(reach_I1, rows_n)
        shuffled_nd = embedding_Id.index_select(0, source_n)
        noise_nd = noise_Id.index_select(0, source_n)
        along_n1 = reach_I1.index_select(0, source_n) * _inverse_length(noise_nd)
        moved_nd = torch.sign(shuffled_nd).mul_(noise_nd.mul_(along_n1)).add_(shuffled_nd)
        inverse_n1 = _inverse_length(moved_nd)
        unit_nd = moved_nd.mul_(inverse_n1)
        ctx.save_for_backward(unit_nd, own_reach_n1 * inverse_n1, source_n, rows_n)
        ctx.n_items = len(embedding_Id)
        return torch.addcmul(own_nd, own_reach_n1, unit_nd)

    @staticmethod
    def backward(ctx: Any, gradient_nd: Tensor) -> tuple[Tensor | None, ...]:
        unit_nd, scale_n1, source_n, rows_n = ctx.saved_tensors
        along_n1 = torch.linalg.vecdot(gradient_nd, unit_nd).unsqueeze(1)
        of_moved_nd = torch.addcmul(gradient_nd, unit_nd, along_n1, value=-1).mul_(scale_n1)
        shuffled_Id = gradient_nd.new_zeros(ctx.n_items, gradient_nd.shape[1])
        shuffled_Id.index_copy_(0, source_n, of_moved_nd)
        if rows_n is None:
            return shuffled_Id.add_(gradient_nd), None, None, None, None
        return shuffled_Id.index_add_(0, rows_n, gradient_nd), None, None, None, None


def _rows(matrix: Tensor, rows_n: Tensor | None) -> Tensor:
    return matrix if rows_n is None else matrix.index_select(0, rows_n)


def _inverse_length(matrix_nd: Tensor) -> Tensor:
    """1 / ‖row‖, [n, 1]; 0 for a zero row, which stays zero."""
    length_n1 = torch.linalg.vector_norm(matrix_nd, dim=1, keepdim=True)
    return torch.where(length_n1 > 0, length_n1.reciprocal(), 0.0)


def _modulus_weights(embedding_Id: Tensor, personalised: bool) -> Tensor:
    norms_I1 = torch.linalg.vector_norm(embedding_Id, dim=1, keepdim=True)
    if not personalised:
        return torch.ones_like(norms_I1)
    return norms_I1 / norms_I1.amax().clamp_min(torch.finfo(norms_I1.dtype).tiny)
