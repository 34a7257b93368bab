"""Accuracy by group of users and by group of items.

- user activity: users by the number of their training interactions.
- item popularity: held-out items by the number of their training interactions; T_u is reduced to
  the group's items, and a user without any of them is left out of that group's mean.

Shape suffixes: n users, I items.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Columns
from siger_pipeline.evaluation.counts import TrainingCounts
from siger_pipeline.evaluation.hits import Hits
from siger_pipeline.evaluation.metrics import accuracy

QUARTERS = 4
GROUP_COLUMNS = (Columns.SPLIT, "group_by", "group", "users", "metric", "value")


@dataclass(frozen=True)
class Grouping:
    """Groups in ascending order of count: their labels, and the group number of each member."""

    labels: tuple[str, ...]
    group: np.ndarray

    def masks(self) -> Iterator[tuple[str, np.ndarray]]:
        """Each label with its members, bool [n]."""
        for number, label in enumerate(self.labels):
            yield label, self.group == number


def quarters(counts: np.ndarray) -> Grouping:
    """Up to four groups by count, as equal in size as ties permit: equal counts stay together.

    Args:
        counts: training interactions of each member, int [n].

    Returns:
        Labels such as `Q1 (1-4)` (the range of counts in the group), and indices into them. Fewer
        than four where ties leave nothing to separate.
    """
    values, value_index, sizes = np.unique(counts, return_inverse=True, return_counts=True)
    # A value belongs to the quarter that its middle member falls into.
    middle = sizes.cumsum() - sizes / 2
    quarter = np.minimum((middle * QUARTERS / max(1, len(counts))).astype(int), QUARTERS - 1)
    used, group = np.unique(quarter, return_inverse=True)
    spans = [values[quarter == q] for q in used]
    ranges = [f"{s[0]}" if len(s) == 1 else f"{s[0]}-{s[-1]}" for s in spans]
    labels = tuple(f"Q{number} ({span})" for number, span in enumerate(ranges, start=1))
    return Grouping(labels, group[value_index])


def group_table(
    split: str, hits: Hits, training: TrainingCounts, ks: Sequence[int]
) -> pd.DataFrame:
    """Every accuracy metric by user activity and by item popularity.

    Args:
        split: name of the evaluated split.
        hits: lists beside held-out items.
        training: activity of all users, popularity of all items; all items are grouped, held out
            or not.
        ks: list lengths.

    Returns:
        One row per metric: split, group_by, group, users (how many the mean is over), metric,
        value. A group without a held-out item is left out.
    """
    return table_of(split, _parts(hits, training), ks)


def table_of(split: str, parts: Iterable[tuple[str, str, Hits]], ks: Sequence[int]) -> pd.DataFrame:
    """Every accuracy metric of some groups, as `group_table`.

    Args:
        split: name of the evaluated split.
        parts: what each group is grouped by, its name, and its lists beside its held-out items.
        ks: list lengths.
    """
    rows = [
        (split, group_by, group, len(part.users), name, value)
        for group_by, group, part in parts
        if len(part.users)
        for name, value in accuracy(part, ks).means().items()
    ]
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


def _parts(hits: Hits, training: TrainingCounts) -> Iterator[tuple[str, str, Hits]]:
    for label, inside_n in quarters(training.activity[hits.users]).masks():
        yield "user_activity", label, hits.of_users(inside_n)
    for label, inside_I in quarters(training.popularity).masks():
        yield "item_popularity", label, hits.of_items(inside_I)
