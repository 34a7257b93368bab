"""Accuracy by group, from the same hit matrix as the totals.

- user activity: users by the number of their training interactions.
- item popularity: held-out items by the number of their training interactions; a user counts in
  each group of which a held-out item is theirs, and T_u is what of T_u lies in the group.

Shape suffixes: n rows (a user each), I items, K list length.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from siger_pipeline.data.schema import Columns
from siger_pipeline.evaluation.metrics import (
    UserMetrics,
    hit_matrix,
    metrics_of_hits,
    relevant_counts,
)

QUARTERS = 4
GROUP_COLUMNS = (Columns.SPLIT, "group_by", "group", "users", "metric", "value")


@dataclass(frozen=True)
class Grouping:
    """Groups of equal counts: labels in ascending order, and the group of each member."""

    labels: tuple[str, ...]
    group: np.ndarray


def quarters(counts: np.ndarray) -> Grouping:
    """Up to four groups by count, as equal in size as ties permit: equal counts stay together.

    Args:
        counts: training interactions of each member, int [n].

    Returns:
        Labels such as `Q1 (1-4)` (the range of counts found in the group), and indices into them.
        Fewer than four where ties leave nothing to separate.
    """
    values, place, sizes = np.unique(counts, return_inverse=True, return_counts=True)
    # A value belongs to the quarter that its middle member falls into.
    middle = sizes.cumsum() - sizes / 2
    quarter = np.minimum((middle * QUARTERS / max(1, len(counts))).astype(int), QUARTERS - 1)
    used, group = np.unique(quarter, return_inverse=True)
    spans = [values[quarter == q] for q in used]
    ranges = [f"{s[0]}" if len(s) == 1 else f"{s[0]}-{s[-1]}" for s in spans]
    labels = tuple(f"Q{n} ({found})" for n, found in enumerate(ranges, start=1))
    return Grouping(labels, group[place])


def group_table(
    split: str,
    top_k: np.ndarray,
    relevant: sparse.csr_matrix,
    *,
    activity_n: np.ndarray,
    popularity_I: np.ndarray,
    ks: Sequence[int],
) -> pd.DataFrame:
    """Every accuracy metric by user activity and by item popularity.

    Args:
        split: name of the split that is evaluated.
        top_k: lists, int64 [n, K].
        relevant: held-out items, [n, I]; each row has at least one.
        activity_n: training interactions of each row's user.
        popularity_I: training interactions of each item; all items are grouped, held out or not.
        ks: list lengths.

    Returns:
        One row a metric: split, group_by, group, users (how many the mean is over), metric, value.
        A group in which nobody has a held-out item is left out.
    """
    hits_nK = hit_matrix(top_k, relevant)
    parts = [
        *_by_users(hits_nK, relevant, quarters(activity_n), ks),
        *_by_items(hits_nK, top_k, relevant, quarters(popularity_I), ks),
    ]
    rows = [
        (split, group_by, group, len(metrics.rows), name, value)
        for group_by, group, metrics in parts
        if len(metrics.rows)
        for name, value in metrics.means().items()
    ]
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


Part = tuple[str, str, UserMetrics]


def _by_users(
    hits_nK: np.ndarray, relevant: sparse.csr_matrix, users: Grouping, ks: Sequence[int]
) -> Iterator[Part]:
    counts_n = relevant_counts(relevant)
    for number, label in enumerate(users.labels):
        inside = users.group == number
        metrics = metrics_of_hits(hits_nK[inside], counts_n[inside], ks)
        yield "user_activity", label, metrics


def _by_items(
    hits_nK: np.ndarray,
    top_k: np.ndarray,
    relevant: sparse.csr_matrix,
    items: Grouping,
    ks: Sequence[int],
) -> Iterator[Part]:
    group_nK = items.group[top_k]  # of an empty place too, which is no hit
    for number, label in enumerate(items.labels):
        counts_n = relevant_counts(relevant[:, np.flatnonzero(items.group == number)])
        metrics = metrics_of_hits(hits_nK & (group_nK == number), counts_n, ks)
        yield "item_popularity", label, metrics
