"""Groups of users and of held-out items in the table of a study."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from siger_pipeline.data.schema import Split
from siger_pipeline.studies.measured import Measured
from siger_pipeline.studies.table import tidy_table

GROUP = "group"


def with_groups(
    table: pd.DataFrame,
    groups: Sequence[tuple[Measured, pd.DataFrame]],
    chosen: Sequence[str],
) -> pd.DataFrame:
    """The table of a study with rows of some groups at test.

    Args:
        table: of `tidy_table`.
        groups: those of its rows that have any, and of each: split, group_by, group, users, metric,
            value.
        chosen: such as `user_activity Q1`: what is grouped by, and how the group's name begins.

    Returns:
        The table with a column `group`, null for all users and items. A trial without such a
        group, as of cold items, has no row of it.
    """
    tables = [table.assign(**{GROUP: None})]
    for name in chosen:
        found = [
            Measured(trial.trial, {Split.TEST.value: values}, trial.origin)
            for trial, of_trial in groups
            if (values := _values(of_trial, name))
        ]
        if found:
            tables.append(tidy_table(found).assign(**{GROUP: name}))
    return pd.concat([each.astype({GROUP: "string"}) for each in tables], ignore_index=True)


def _values(groups: pd.DataFrame, name: str) -> dict[str, float]:
    """Metric -> value of a group at test; its counts in brackets are no part of its name."""
    labels = (groups["group_by"] + " " + groups["group"]).str.partition(" (")[0]
    rows = groups[(groups["split"] == Split.TEST.value) & (labels == name)]
    return dict(zip(rows["metric"], rows["value"], strict=True))
