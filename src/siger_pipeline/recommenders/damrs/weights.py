"""The weights of DA-MRS's denoised BPR.

Shape suffixes: G item graphs, B pairs.
"""

import torch
from torch import Tensor


def denoising_weights(
    positive_GB: Tensor, negative_GB: Tensor, a: float, b: float
) -> tuple[Tensor, Tensor]:
    """w⁺ and w⁻ of each pair, [B].

    With q = σ(logit) of each graph, μ⁺ and v⁺ the mean and the unbiased variance over the graphs of
    the positive's q, and μ⁻ the mean over graphs and batch of the negatives' q:
    w⁺ = (μ⁺)^a exp(−b v⁺), and w⁻ = max_g q⁺ − μ⁻ where μ⁺ < μ⁻, else 0; both cut to [0, 1].

    Args:
        positive_GB: each graph's logits of the user with the positive, of at least two graphs.
        negative_GB: with the negative.
        a: power of the mean.
        b: weight of the variance.
    """
    likely_GB, unlikely = positive_GB.sigmoid(), negative_GB.sigmoid().mean()
    mean_B, variance_B = likely_GB.mean(dim=0), likely_GB.var(dim=0)
    weight_B = mean_B.pow(a) * torch.exp(-b * variance_B)
    reverse_B = torch.where(mean_B < unlikely, likely_GB.amax(dim=0) - unlikely, 0.0)
    return weight_B.clamp(0.0, 1.0), reverse_B.clamp(0.0, 1.0)
