"""Beyond accuracy: how the lists spread over the catalogue, whatever the held-out items are.

Shape suffixes: n users, I items, K list length. Empty ranks (−1) are left out; where nothing at
all is recommended, each figure is 0.
"""

from collections.abc import Sequence

import numpy as np

from siger_pipeline.evaluation.counts import TrainingCounts
from siger_pipeline.evaluation.hits import Hits


def beyond_accuracy(hits: Hits, training: TrainingCounts, ks: Sequence[int]) -> dict[str, float]:
    """Coverage, novelty and Gini of exposure at each K.

    Args:
        hits: of which the lists are read.
        training: activity of all users, popularity of all items.
        ks: list lengths.

    Returns:
        `coverage@10`, `novelty@10`, `gini@10`, …
    """
    users = int(np.count_nonzero(training.activity))
    result = {}
    for k in ks:
        exposure_I = exposure(hits.lists[:, :k], hits.n_items)
        result[f"coverage@{k}"] = coverage(exposure_I)
        result[f"novelty@{k}"] = novelty(exposure_I, training.popularity, users)
        result[f"gini@{k}"] = gini(exposure_I)
    return result


def exposure(lists_nK: np.ndarray, n_items: int) -> np.ndarray:
    """How many lists hold each item, int64 [I]."""
    return np.bincount(lists_nK[lists_nK >= 0], minlength=n_items)


def coverage(exposure_I: np.ndarray) -> float:
    """Share of the catalogue's items that are in at least one list, 0 … 1."""
    return float(np.count_nonzero(exposure_I) / max(1, len(exposure_I)))


def novelty(exposure_I: np.ndarray, popularity_I: np.ndarray, users: int) -> float:
    """Mean of −log2 p_i over all recommendations, in bits; higher is less obvious.

    p_i = max(n_i, 1) / N: n_i is the number of users with item i in training, N the number of
    users with training interactions. An item without training interactions counts as if it had
    one, so it is as novel as the rarest item with any (log2 N).
    """
    recommendations = exposure_I.sum()
    if not recommendations:
        return 0.0
    surprise_I = np.log2(users) - np.log2(np.maximum(popularity_I, 1))
    return float(exposure_I @ surprise_I / recommendations)


def gini(exposure_I: np.ndarray) -> float:
    """Gini coefficient of exposure over all I items, those never recommended among them.

    Σ_i (2i − I − 1) e_(i) / (I Σ_i e_i), with e_(1) ≤ … ≤ e_(I) the sorted exposures: 0 when all
    items are equally exposed, (I − 1)/I when every recommendation is the same item.
    """
    recommendations = exposure_I.sum()
    if not recommendations:
        return 0.0
    n_items = len(exposure_I)
    weights_I = 2 * np.arange(1, n_items + 1) - n_items - 1
    return float(weights_I @ np.sort(exposure_I) / (n_items * recommendations))
