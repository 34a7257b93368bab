"""Beyond accuracy: what the lists do to the catalogue. No held-out item is looked at.

Shape suffixes: n rows (a user each), I items, K list length. Places without an item (−1) are left
out; where nothing at all is recommended, each figure is 0.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse


def beyond_accuracy(
    top_k: np.ndarray, train: sparse.csr_matrix, ks: Sequence[int]
) -> dict[str, float]:
    """Coverage, novelty and Gini of exposure at each K.

    Args:
        top_k: lists, best first, −1 where there is none, int64 [n, K].
        train: training interactions, [U, I].
        ks: list lengths.

    Returns:
        `coverage@10`, `novelty@10`, `gini@10`, …
    """
    users = int(np.count_nonzero(np.diff(train.indptr)))
    owners_I = np.bincount(train.indices, minlength=train.shape[1])
    result = {}
    for k in ks:
        exposure_I = exposure(top_k[:, :k], train.shape[1])
        result[f"coverage@{k}"] = coverage(exposure_I)
        result[f"novelty@{k}"] = novelty(exposure_I, owners_I, users)
        result[f"gini@{k}"] = gini(exposure_I)
    return result


def exposure(lists_nK: np.ndarray, n_items: int) -> np.ndarray:
    """How many lists each item stands in, int64 [I]."""
    return np.bincount(lists_nK[lists_nK >= 0], minlength=n_items)


def coverage(exposure_I: np.ndarray) -> float:
    """Share of the catalogue's items that stand in at least one list, 0 … 1."""
    return float(np.count_nonzero(exposure_I) / max(1, len(exposure_I)))


def novelty(exposure_I: np.ndarray, owners_I: np.ndarray, users: int) -> float:
    """Mean of −log2 p_i over all recommended places, in bits; higher is less obvious.

    p_i = max(n_i, 1) / N is the popularity of item i: n_i the users who have i in training, N the
    users who have anything there. An item that nobody has counts as if one user had it, so it is
    as novel as the rarest item that somebody has (log2 N).
    """
    places = exposure_I.sum()
    if not places:
        return 0.0
    surprise_I = np.log2(users) - np.log2(np.maximum(owners_I, 1))
    return float(exposure_I @ surprise_I / places)


def gini(exposure_I: np.ndarray) -> float:
    """Gini coefficient of exposure over all I items, those never shown among them.

    Σ_i (2i − I − 1) e_(i) / (I Σ_i e_i), with e_(1) ≤ … ≤ e_(I) the sorted exposures: 0 when all
    items are shown alike, (I − 1)/I when one item takes every place.
    """
    places = exposure_I.sum()
    if not places:
        return 0.0
    n_items = len(exposure_I)
    weights_I = 2 * np.arange(1, n_items + 1) - n_items - 1
    return float(weights_I @ np.sort(exposure_I) / (n_items * places))
