"""Groups in the table of a study."""

import pandas as pd

from siger_pipeline.studies.groups import with_groups
from siger_pipeline.studies.measured import Measured
from siger_pipeline.studies.summary import summary
from siger_pipeline.studies.table import tidy_table
from studies.test_table import ORIGIN, metrics, trial


def groups(recall: float, cold: float | None) -> pd.DataFrame:
    rows = [
        ("test", "user_activity", "Q1 (1-4)", 9, "recall@20", recall),
        ("test", "user_activity", "Q2 (5)", 9, "recall@20", 0.9),
        ("validation", "user_activity", "Q1 (1-4)", 9, "recall@20", 0.8),
    ]
    if cold is not None:
        rows.append(("test", "cold_items", "among all", 3, "recall@20", cold))
    return pd.DataFrame(rows, columns=["split", "group_by", "group", "users", "metric", "value"])


def test_a_row_a_trial_and_chosen_group() -> None:
    trials = [Measured(trial(name, 1), metrics(0.1), ORIGIN) for name in ("all items", "cold")]
    of_each = [groups(0.4, None), groups(0.3, 0.05)]
    before = tidy_table(trials)
    chosen = ["user_activity Q1", "cold_items among all"]
    table = with_groups(before, list(zip(trials, of_each, strict=True)), chosen)
    rows = summary(table)
    assert table[table["group"].isna()].drop(columns="group").equals(before)
    added = table[table["group"].notna()][["variant", "group", "split", "metric", "k", "value"]]
    assert [tuple(row) for row in added.to_numpy()] == [
        ("all items", "user_activity Q1", "test", "recall", 20, 0.4),
        ("cold", "user_activity Q1", "test", "recall", 20, 0.3),
        ("cold", "cold_items among all", "test", "recall", 20, 0.05),
    ]
    assert list(rows.columns[:3]) == ["model", "variant", "group"]
    shown = rows[["variant", "group", "recall@20"]].map(lambda cell: getattr(cell, "text", cell))
    assert shown.to_numpy().tolist() == [
        ["all items", "all", "0.1000"],
        ["all items", "user_activity Q1", "0.4000"],
        ["cold", "all", "0.1000"],
        ["cold", "user_activity Q1", "0.3000"],
        ["cold", "cold_items among all", "0.0500"],
    ]
