"""The table of counts before and after each step of ingest."""

import pandas as pd
from ibis.expr.types import IntegerScalar, Table

from siger_pipeline.data.schema import Columns, Split

COLD = "cold items without training interactions"
UNKNOWN = "items without metadata"


def count_step(interactions: Table, step: str, before: int | None = None) -> pd.DataFrame:
    """One row of the table of counts: users, items and interactions after a step.

    Args:
        interactions: columns user, item.
        step: what was done, in words.
        before: interactions before the step; without it, none count as removed.

    Returns:
        step, users, items, interactions, removed.
    """
    counted = interactions.aggregate(**_sizes(interactions)).to_pandas()
    counted.insert(0, Columns.STEP, step)
    removed = 0 if before is None else before - counted[Columns.INTERACTIONS]
    return counted.assign(**{Columns.REMOVED: removed})


def count_reading(rows: Table, bad_lines: int) -> pd.DataFrame:
    """The first row of the table: interactions as read.

    Args:
        rows: columns user, item.
        bad_lines: raw lines that were left out.
    """
    return count_step(rows, "read").assign(**{Columns.REMOVED: bad_lines})


def count_warm(so_far: pd.DataFrame, assigned: Table, warm: Table, share: float) -> pd.DataFrame:
    """The counts with a row for the interactions without those that cold items had in training.

    Args:
        so_far: rows of counts.
        assigned: columns user, item, split.
        warm: the same, without them.
        share: of the items that are cold; with 0 there is no such row.
    """
    if not share:
        return so_far
    before = int(assigned.count().to_pyarrow().as_py())
    return pd.concat([so_far, count_step(warm, COLD, before)], ignore_index=True)


def count_trained(trained: Table, removed: int) -> pd.DataFrame:
    """A row for the interactions without those of users who have no training interaction.

    Args:
        trained: columns user, item; without these users.
        removed: their interactions.

    Returns:
        One row; none where no user was removed.
    """
    if not removed:
        return pd.DataFrame()
    counted = count_step(trained, "users with training interactions")
    return counted.assign(**{Columns.REMOVED: removed})


def count_unknown(interactions: Table, unknown: Table, count: int) -> pd.DataFrame:
    """A row for the items without metadata and their interactions.

    Args:
        interactions: columns user, item.
        unknown: column item, the items without metadata.
        count: how many these are.

    Returns:
        One row; none where every item has metadata.
    """
    if not count:
        return pd.DataFrame()
    counted = count_step(interactions.semi_join(unknown, Columns.ITEM), UNKNOWN)
    return counted.assign(**{Columns.ITEMS: count})


def count_splits(labelled: Table, trained: Table) -> pd.DataFrame:
    """A row for each split; removed are the interactions of untrained users.

    Args:
        labelled: columns user, item, split.
        trained: the same, without these users.
    """
    before, counted = _by_split(labelled), _by_split(trained)
    counted.insert(0, Columns.STEP, [f"split: {split.value}" for split in Split])
    removed = before[Columns.INTERACTIONS] - counted[Columns.INTERACTIONS]
    return counted.assign(**{Columns.REMOVED: removed}).reset_index(drop=True)


def _by_split(labelled: Table) -> pd.DataFrame:
    """Users, items and interactions of each split, 0 where it is empty."""
    grouped = labelled.group_by(Columns.SPLIT).aggregate(**_sizes(labelled)).to_pandas()
    splits = [split.value for split in Split]
    return grouped.set_index(Columns.SPLIT).reindex(splits, fill_value=0)


def _sizes(interactions: Table) -> dict[str, IntegerScalar]:
    return {
        Columns.USERS: interactions[Columns.USER].nunique(),
        Columns.ITEMS: interactions[Columns.ITEM].nunique(),
        Columns.INTERACTIONS: interactions.count(),
    }
