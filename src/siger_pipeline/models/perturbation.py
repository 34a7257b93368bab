"""Modulus-based personalised perturbation.

Shape suffixes: I items, n items asked for, d dimensions.
"""

import torch
from torch import Tensor

from siger_pipeline.losses.contrastive import unit_rows


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
        rows: the items whose E' is asked for, int64 [n]; all where it is not given.

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
    if rows is None:
        source_n, own_nd, own_reach_n1 = permutation, embedding, reach_I1
    else:
        source_n, own_nd, own_reach_n1 = permutation[rows], embedding[rows], reach_I1[rows]
    shuffled_nd = embedding[source_n]
    signed_nd = torch.sign(shuffled_nd.detach()) * unit_rows(noise[source_n])
    first_nd = torch.addcmul(shuffled_nd, reach_I1[source_n], signed_nd)
    return torch.addcmul(own_nd, own_reach_n1, unit_rows(first_nd))


def _modulus_weights(embedding_Id: Tensor, personalised: bool) -> Tensor:
    norms_I1 = torch.linalg.vector_norm(embedding_Id, dim=1, keepdim=True)
    if not personalised:
        return torch.ones_like(norms_I1)
    return norms_I1 / norms_I1.amax().clamp_min(torch.finfo(norms_I1.dtype).tiny)
