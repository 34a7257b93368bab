"""Metrics and ranking of docs/protocol.md as slow loops, sharing no code with the project."""

import math
from collections.abc import Sequence


def ranked_list(scores: Sequence[float], seen: set[int], k: int) -> list[int]:
    unseen = [item for item in range(len(scores)) if item not in seen]
    best = sorted(unseen, key=lambda item: (-scores[item], item))[:k]
    return best + [-1] * (k - len(best))


def user_metrics(ranked: Sequence[int], relevant: set[int], k: int) -> dict[str, float]:
    hits = 0
    gain = 0.0
    precisions = 0.0
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant:
            hits += 1
            gain += 1 / math.log2(rank + 1)
            precisions += hits / rank
    ideal = 0.0
    for rank in range(1, min(k, len(relevant)) + 1):
        ideal += 1 / math.log2(rank + 1)
    return {
        f"recall@{k}": hits / len(relevant),
        f"ndcg@{k}": gain / ideal,
        f"precision@{k}": hits / k,
        f"map@{k}": precisions / min(k, len(relevant)),
    }


def mean_metrics(
    lists: Sequence[Sequence[int]], relevant: Sequence[set[int]], ks: Sequence[int]
) -> dict[str, float]:
    totals: dict[str, float] = {}
    users = 0
    for ranked, wanted in zip(lists, relevant, strict=True):
        if not wanted:
            continue
        users += 1
        for k in ks:
            for name, value in user_metrics(ranked, wanted, k).items():
                totals[name] = totals.get(name, 0.0) + value
    return {name: total / users for name, total in totals.items()}


def mean_gini(exposure: Sequence[int]) -> float:
    """Half the mean absolute difference of all pairs over the mean."""
    n = len(exposure)
    mean = sum(exposure) / n
    differences = sum(abs(a - b) for a in exposure for b in exposure)
    return differences / (2 * n * n * mean)
