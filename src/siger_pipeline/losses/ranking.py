"""Pairwise ranking."""

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
