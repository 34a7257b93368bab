"""Pairwise ranking."""

import torch
from torch import Tensor
from torch.nn import functional


def bpr(positive: Tensor, negative: Tensor) -> Tensor:
    """−mean log σ(positive − negative), the ranking term of SIGER Eq. (19).

    Args:
        positive: scores of interactions, [B].
        negative: scores of the same users with items that they do not have, [B].

    Returns:
        Scalar; ln 2 where both are equal.

    Raises:
        ValueError: different shapes.
    """
    if positive.shape != negative.shape:
        raise ValueError(f"scores of shape {positive.shape} against {negative.shape}")
    return functional.softplus(negative - positive).mean()


def bpr_of_rows(users: Tensor, positives: Tensor, negatives: Tensor) -> Tensor:
    """`bpr` of dot products, −mean log σ(user · positive − user · negative).

    Args:
        users: embeddings of each pair's user, [B, d].
        positives: of its item, [B, d].
        negatives: of its negative, [B, d].
    """
    return bpr(torch.linalg.vecdot(users, positives), torch.linalg.vecdot(users, negatives))


def weighted_bpr(
    positive: Tensor, negative: Tensor, weight: Tensor, reverse_weight: Tensor
) -> Tensor:
    """Mean of w⁺ softplus(−x) + w⁻ softplus(x), x = positive − negative: DA-MRS, denoised BPR.

    Args:
        positive: scores of interactions, [B].
        negative: scores of the same users with items that they do not have, [B].
        weight: w⁺, of the positive before the negative, [B].
        reverse_weight: w⁻, of the negative before the positive, [B].

    Returns:
        Scalar; `bpr` where w⁺ = 1 and w⁻ = 0.

    Raises:
        ValueError: different shapes.
    """
    shapes = {tuple(x.shape) for x in (positive, negative, weight, reverse_weight)}
    if len(shapes) != 1:
        raise ValueError(f"scores and weights of shapes {sorted(shapes)}, and must be alike")
    difference = positive - negative
    forward = weight * functional.softplus(-difference)
    return (forward + reverse_weight * functional.softplus(difference)).mean()
