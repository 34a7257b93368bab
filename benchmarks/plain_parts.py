"""The parts around a model as research code writes them: loops over users, pairs and lists."""

import random
from collections import defaultdict
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from benchmarks.plain import Batch

Owned: TypeAlias = dict[int, set[int]]


def pairs_and_owned(interactions: sparse.csr_matrix) -> tuple[list[tuple[int, int]], Owned]:
    """Training pairs, and the items that each user has."""
    pairs = list(zip(*(part.tolist() for part in interactions.nonzero()), strict=True))
    owned = defaultdict(set)
    for user, item in pairs:
        owned[user].add(item)
    return pairs, owned


def batches(
    pairs: list[tuple[int, int]], owned: Owned, n_items: int, size: int, draw: random.Random
) -> Iterator[Batch]:
    """The pairs in their order with a negative each, drawn until the user has it not."""
    for start in range(0, len(pairs), size):
        users, positives, negatives = [], [], []
        for user, item in pairs[start : start + size]:
            negative = draw.randrange(n_items)
            while negative in owned[user]:
                negative = draw.randrange(n_items)
            users.append(user)
            positives.append(item)
            negatives.append(negative)
        yield Batch(*(torch.tensor(part) for part in (users, positives, negatives)))


def evaluate(
    users: Tensor, items: Tensor, seen: sparse.csr_matrix, relevant: sparse.csr_matrix, k: int
) -> dict[str, float]:
    """Recall and NDCG at k of the users with relevant items, hits found by a loop."""
    asked = np.flatnonzero(np.diff(relevant.indptr))
    hits, counts = [], []
    for start in range(0, len(asked), 4096):
        block = asked[start : start + 4096]
        scores = users[block] @ items.T
        rows, columns = seen[block].nonzero()
        scores[rows, columns] = -1e10
        lists = torch.topk(scores, k, dim=1).indices
        for user, ranked in zip(block, lists.tolist(), strict=True):
            wanted = set(relevant.indices[relevant.indptr[user] : relevant.indptr[user + 1]])
            hits.append([item in wanted for item in ranked])
            counts.append(len(wanted))
    found, of = np.array(hits, dtype=float), np.array(counts)
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = discount.cumsum()[np.minimum(of, k) - 1]
    return {
        f"recall@{k}": float((found.sum(axis=1) / of).mean()),
        f"ndcg@{k}": float(((found * discount).sum(axis=1) / ideal).mean()),
    }


def bipartite(interactions: sparse.csr_matrix) -> sparse.csr_matrix:
    """The normalised matrix of users and items together, by way of a dictionary of keys."""
    n_users, n_items = interactions.shape
    whole = sparse.dok_array((n_users + n_items,) * 2, dtype=np.float32)
    for user, item in zip(*(part.tolist() for part in interactions.nonzero()), strict=True):
        whole[user, n_users + item] = 1.0
        whole[n_users + item, user] = 1.0
    degrees = np.asarray(whole.sum(axis=1)).ravel() + 1e-7
    scale = sparse.diags_array(degrees**-0.5)
    return sparse.csr_matrix(scale @ whole @ scale)


def cooccurrence(interactions: sparse.csr_matrix, k: int) -> dict[int, dict[int, float]]:
    """Eqs. (3), (4): the k strongest partners of each item, pairs counted by a loop."""
    counts: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for user in range(interactions.shape[0]):
        items = interactions.indices[interactions.indptr[user] : interactions.indptr[user + 1]]
        for one in items.tolist():
            for other in items.tolist():
                if one != other:
                    counts[one][other] += 1
    kept = {}
    for item, partners in counts.items():
        strongest = sorted(partners.items(), key=lambda pair: (-pair[1], pair[0]))[:k]
        kept[item] = {other: count / (1 + count) for other, count in strongest}
    return kept


def knn(features: np.ndarray, k: int) -> tuple[Tensor, Tensor]:
    """Eq. (6): the k nearest of each item, with all I × I similarities at once."""
    x = torch.from_numpy(np.array(features))
    unit = x / x.norm(dim=1, keepdim=True)
    nearest = torch.topk((1 + unit @ unit.T) / 2, k, dim=1)
    return nearest.indices, nearest.values
