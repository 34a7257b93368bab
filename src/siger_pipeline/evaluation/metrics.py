"""Accuracy of ranked lists (docs/protocol.md, Metrics), per user and averaged.

Shape suffixes: n users, I items, K list length.
T_u are the relevant (held-out) items of user u, L_u the first K items of the list.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.evaluation.hits import Hits


@dataclass(frozen=True)
class UserMetrics:
    """Metrics of each user.

    Attributes:
        users: user indices, int64 [n].
        values: metric name (`recall@20`) -> float64 [n].
    """

    users: np.ndarray
    values: Mapping[str, np.ndarray]

    def means(self) -> dict[str, float]:
        """Averages over the users.

        The sum is exactly rounded, so that it does not depend on the order of the users.
        """
        return {name: math.fsum(values) / len(values) for name, values in self.values.items()}


def ranking_metrics(
    top_k: np.ndarray, relevant: sparse.csr_matrix, ks: Sequence[int]
) -> dict[str, float]:
    """`accuracy` averaged over the users with relevant items.

    Args:
        top_k: lists, best first, −1 for an empty rank, int64 [n, K].
        relevant: T, [n, I]; a stored zero is no relevant item.
        ks: list lengths, each at most that of the lists.

    Returns:
        `recall@10`, `ndcg@10`, … -> mean in [0, 1].

    Raises:
        InputError: no user has a relevant item, or lists that do not fit (another number of rows,
            an item that does not exist, an item twice).
        ParameterError: a K below 1 or above the length of the lists.
    """
    hits = Hits.of(top_k, relevant)
    if not len(hits.users):
        raise InputError(
            f"none of the {relevant.shape[0]} users has a relevant (held-out) item, so there is "
            "nothing to measure: is the split empty?"
        )
    return accuracy(hits, ks).means()


def accuracy(hits: Hits, ks: Sequence[int]) -> UserMetrics:
    """Recall, NDCG, precision and MAP of each user at each K.

    - recall@K = |L_u ∩ T_u| / |T_u|
    - ndcg@K = Σ_{hits at rank r ≤ K} 1/log2(r+1) / Σ_{r=1..min(K,|T_u|)} 1/log2(r+1)
    - precision@K = |L_u ∩ T_u| / K
    - map@K = (1 / min(K,|T_u|)) Σ_{r ≤ K} precision@r · hit_r

    Args:
        hits: lists beside relevant items.
        ks: list lengths.

    Raises:
        ParameterError: a K below 1 or above the length of the lists.
    """
    _check_ks(ks, hits.hits.shape[1])
    longest = max(ks)
    hits_nK = hits.hits[:, :longest].astype(np.float64)
    rank_K = np.arange(1, longest + 1)
    discount_K = 1.0 / np.log2(rank_K + 1)
    hits_so_far_nK = hits_nK.cumsum(axis=1)
    gain_nK = (hits_nK * discount_K).cumsum(axis=1)
    precisions_nK = (hits_nK * hits_so_far_nK / rank_K).cumsum(axis=1)
    ideal_K = discount_K.cumsum()
    values = {}
    for k in ks:
        possible_n = np.minimum(k, hits.sizes)
        values[f"recall@{k}"] = hits_so_far_nK[:, k - 1] / hits.sizes
        values[f"ndcg@{k}"] = gain_nK[:, k - 1] / ideal_K[possible_n - 1]
        values[f"precision@{k}"] = hits_so_far_nK[:, k - 1] / k
        values[f"map@{k}"] = precisions_nK[:, k - 1] / possible_n
    return UserMetrics(hits.users, values)


def _check_ks(ks: Sequence[int], longest: int) -> None:
    wrong = [k for k in ks if not 1 <= k <= longest]
    if wrong or not len(ks):
        raise ParameterError(
            f"ks = {list(ks)}: each K must lie between 1 and {longest}, the length of the lists"
        )
