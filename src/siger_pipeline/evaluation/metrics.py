"""Accuracy of ranked lists (`Metrics` of the protocol): every figure comes from one hit matrix.

Shape suffixes: n rows (a user each), m rows that have relevant items, I items, K list length.
T_u are the relevant (held-out) items of user u, L_u the first K places of the list.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from siger_pipeline.errors import InputError, ParameterError


@dataclass(frozen=True)
class UserMetrics:
    """Metrics of each user who has relevant items.

    Attributes:
        rows: their rows in the lists, int64 [m], ascending.
        values: metric name (`recall@20`) -> float64 [m].
    """

    rows: np.ndarray
    values: Mapping[str, np.ndarray]

    def means(self) -> dict[str, float]:
        """Averages over the users.

        The sum is exactly rounded, so that it does not depend on the order of the users.
        """
        return {name: math.fsum(values) / len(values) for name, values in self.values.items()}


def ranking_metrics(
    top_k: np.ndarray, relevant: sparse.csr_matrix, ks: Sequence[int]
) -> dict[str, float]:
    """Recall, NDCG, precision and MAP at each K, averaged over users with relevant items.

    - recall@K = |L_u ∩ T_u| / |T_u|
    - ndcg@K = Σ_{hits at rank r ≤ K} 1/log2(r+1) / Σ_{r=1..min(K,|T_u|)} 1/log2(r+1)
    - precision@K = |L_u ∩ T_u| / K
    - map@K = (1 / min(K,|T_u|)) Σ_{r ≤ K} precision@r · hit_r

    Args:
        top_k: lists, best first, −1 where there is none, int64 [n, K].
        relevant: T, [n, I]; a stored zero is no relevant item.
        ks: list lengths, each at most that of the lists.

    Returns:
        `recall@10`, `ndcg@10`, … -> mean in [0, 1].

    Raises:
        InputError: no user has a relevant item, or lists that do not fit (other number of rows, an
            item that does not exist, an item twice).
        ParameterError: a K below 1 or above the length of the lists.
    """
    return per_user_metrics(top_k, relevant, ks).means()


def per_user_metrics(
    top_k: np.ndarray, relevant: sparse.csr_matrix, ks: Sequence[int]
) -> UserMetrics:
    """`ranking_metrics` before the average; same arguments, same errors."""
    hits_nK = hit_matrix(top_k, relevant)
    metrics = metrics_of_hits(hits_nK, relevant_counts(relevant), ks)
    if not len(metrics.rows):
        raise InputError(
            f"none of the {len(hits_nK)} users has a relevant (held-out) item, so there is nothing "
            "to measure: is the split empty?"
        )
    return metrics


def hit_matrix(top_k: np.ndarray, relevant: sparse.csr_matrix) -> np.ndarray:
    """Whether each place of each list holds a relevant item, bool [n, K]."""
    n_rows, n_items = relevant.shape
    lists_nK = np.asarray(top_k, dtype=np.int64)
    _check_lists(lists_nK, n_rows, n_items)
    wanted = _keys(relevant)
    found = np.arange(n_rows, dtype=np.int64)[:, None] * n_items + lists_nK
    place = np.searchsorted(wanted, found)
    inside = place < len(wanted)
    hits_nK = np.zeros(found.shape, dtype=bool)
    hits_nK[inside] = wanted[place[inside]] == found[inside]
    # The key of a padded place is that of the previous user's last item.
    return hits_nK & (lists_nK >= 0)


def relevant_counts(relevant: sparse.csr_matrix) -> np.ndarray:
    """|T_u|, int64 [n]."""
    n_rows, n_items = relevant.shape
    return np.bincount(_keys(relevant) // max(1, n_items), minlength=n_rows)


def metrics_of_hits(hits_nK: np.ndarray, counts_n: np.ndarray, ks: Sequence[int]) -> UserMetrics:
    """Every metric at every K of the users with relevant items.

    Args:
        hits_nK: which places hold a relevant item, bool [n, K].
        counts_n: |T_u|, [n]; users with 0 are left out.
        ks: list lengths.

    Raises:
        ParameterError: a K below 1 or above the length of the lists.
    """
    _check_ks(ks, hits_nK.shape[1])
    rows = np.flatnonzero(counts_n)
    hits_mK, counts_m = hits_nK[rows].astype(np.float64), counts_n[rows]
    rank_K = np.arange(1, hits_nK.shape[1] + 1)
    discount_K = 1.0 / np.log2(rank_K + 1)
    found_mK = hits_mK.cumsum(axis=1)
    gain_mK = (hits_mK * discount_K).cumsum(axis=1)
    precisions_mK = (hits_mK * found_mK / rank_K).cumsum(axis=1)
    ideal_K = discount_K.cumsum()
    values = {}
    for k in ks:
        possible_m = np.minimum(k, counts_m)
        values[f"recall@{k}"] = found_mK[:, k - 1] / counts_m
        values[f"ndcg@{k}"] = gain_mK[:, k - 1] / ideal_K[possible_m - 1]
        values[f"precision@{k}"] = found_mK[:, k - 1] / k
        values[f"map@{k}"] = precisions_mK[:, k - 1] / possible_m
    return UserMetrics(rows, values)


def _keys(relevant: sparse.csr_matrix) -> np.ndarray:
    """row · I + item of every relevant pair, ascending, each once."""
    row, item = relevant.nonzero()
    return np.unique(row.astype(np.int64) * relevant.shape[1] + item)


def _check_lists(lists_nK: np.ndarray, n_rows: int, n_items: int) -> None:
    if lists_nK.ndim != 2 or len(lists_nK) != n_rows:
        raise InputError(
            f"lists of shape {lists_nK.shape} do not fit {n_rows} users: a row for each is wanted"
        )
    if lists_nK.size and (lists_nK.min() < -1 or lists_nK.max() >= n_items):
        row = int(np.flatnonzero(((lists_nK < -1) | (lists_nK >= n_items)).any(axis=1))[0])
        raise InputError(
            f"the list of row {row} holds an item that does not exist: wanted is 0 … "
            f"{n_items - 1}, or −1 for an empty place"
        )
    ordered = np.sort(lists_nK, axis=1)
    twice = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(axis=1)
    if twice.any():
        raise InputError(f"the list of row {int(np.flatnonzero(twice)[0])} holds an item twice")


def _check_ks(ks: Sequence[int], longest: int) -> None:
    wrong = [k for k in ks if not 1 <= k <= longest]
    if wrong or not len(ks):
        raise ParameterError(
            f"ks = {list(ks)}: each K must lie between 1 and {longest}, the length of the lists"
        )
