"""Groups of users and of held-out items in the table of a study."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from siger_pipeline.studies.table import ABSENT, Measured, summary, tidy_table

GROUP = "group"
TEST = "test"


def with_groups(
    table: pd.DataFrame,
    rows: pd.DataFrame,
    trials: Sequence[Measured],
    groups: Sequence[pd.DataFrame],
    chosen: Sequence[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table and the summary of a study, with rows of some groups at test.

    Args:
        table: of `tidy_table`.
        rows: of `summary`.
        trials: those of the table; a fusion, which has no groups, may be the last.
        groups: of each of the others: split, group_by, group, users, metric, value.
        chosen: such as `user_activity Q1`: what is grouped by, and how the group's name begins.

    Returns:
        The table with a column `group`, null for all users and items; the summary with it as its
        third column. A trial without such a group, as of cold items, has no row of it.
    """
    tables, summaries = [table.assign(**{GROUP: None})], [rows.assign(**{GROUP: "all"})]
    for name in chosen:
        found = [
            Measured(trial.trial, {TEST: values}, trial.origin)
            for trial, of_trial in zip(trials, groups, strict=False)
            if (values := _values(of_trial, name))
        ]
        if found:
            of_group = tidy_table(found)
            tables.append(of_group.assign(**{GROUP: name}))
            summaries.append(summary(of_group).assign(**{GROUP: name}))
    whole = pd.concat([each.astype({GROUP: "string"}) for each in tables], ignore_index=True)
    return whole, _third(pd.concat(summaries, ignore_index=True))


def _values(groups: pd.DataFrame, name: str) -> dict[str, float]:
    """Metric -> value of a group at test; its counts in brackets are no part of its name."""
    labels = (groups["group_by"] + " " + groups["group"]).str.partition(" (")[0]
    rows = groups[(groups["split"] == TEST) & (labels == name)]
    return dict(zip(rows["metric"], rows["value"], strict=True))


def _third(rows: pd.DataFrame) -> pd.DataFrame:
    """The summary with the group after model and variant, trial after trial."""
    columns = [*rows.columns[:2], GROUP, *(c for c in rows.columns[2:] if c != GROUP)]
    first = rows.drop_duplicates(["model", "variant"]).reset_index()[["model", "variant"]]
    return first.merge(rows, on=["model", "variant"], sort=False)[columns].fillna(ABSENT)
