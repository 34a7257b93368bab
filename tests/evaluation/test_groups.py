import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from reference.ranking_metrics import mean_metrics
from siger_pipeline.evaluation.counts import TrainingCounts
from siger_pipeline.evaluation.groups import group_table, quarters
from siger_pipeline.evaluation.hits import Hits
from siger_pipeline.evaluation.metrics import ranking_metrics


def test_quarters_are_equal_where_no_tie_forbids_it() -> None:
    grouping = quarters(np.array([8, 1, 2, 7, 3, 6, 4, 5]))
    assert grouping.labels == ("Q1 (1-2)", "Q2 (3-4)", "Q3 (5-6)", "Q4 (7-8)")
    assert grouping.group.tolist() == [3, 0, 0, 3, 1, 2, 1, 2]


def test_a_count_belongs_where_its_middle_member_falls() -> None:
    grouping = quarters(np.array([1, 2, 2, 2, 3, 3, 3, 3]))
    assert grouping.labels == ("Q1 (1)", "Q2 (2)", "Q3 (3)")


def test_a_single_count_is_one_group() -> None:
    grouping = quarters(np.array([5, 5, 5]))
    assert grouping.labels == ("Q1 (5)",)
    assert grouping.group.tolist() == [0, 0, 0]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60))
def test_equal_counts_stay_together_and_groups_are_in_order(counts: list[int]) -> None:
    grouping = quarters(np.array(counts))
    ordered = sorted(zip(counts, grouping.group.tolist(), strict=True))
    groups = [group for _, group in ordered]
    assert groups == sorted(groups)
    assert len(set(ordered)) == len(set(counts))
    assert sorted(set(groups)) == list(range(len(grouping.labels)))
    # No group is larger than a quarter by more than the ties that it holds at its two ends.
    largest_tie = max(counts.count(value) for value in counts)
    assert max(groups.count(g) for g in groups) <= len(counts) / 4 + largest_tie


@pytest.fixture
def case() -> tuple[np.ndarray, sparse.csr_matrix, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    lists = np.stack([rng.permutation(12)[:6] for _ in range(20)])
    lists[4, 4:] = -1
    relevant = (rng.random((20, 12)) < 0.3).astype(np.float32)
    relevant[:, 0] = 1
    return lists, sparse.csr_matrix(relevant), rng.integers(1, 9, 20), rng.integers(0, 30, 12)


def test_groups_of_users_are_the_metrics_of_those_users(
    case: tuple[np.ndarray, sparse.csr_matrix, np.ndarray, np.ndarray],
) -> None:
    lists, relevant, activity, popularity = case
    counts = TrainingCounts(activity, popularity)
    table = group_table("test", Hits.of(lists, relevant), counts, [2, 6])
    grouping = quarters(activity)
    for number, label in enumerate(grouping.labels):
        inside = grouping.group == number
        expected = ranking_metrics(lists[inside], relevant[inside], [2, 6])
        rows = table[(table["group_by"] == "user_activity") & (table["group"] == label)]
        assert dict(zip(rows["metric"], rows["value"], strict=True)) == expected
        assert set(rows["users"]) == {inside.sum()}


def test_groups_of_items_measure_what_is_held_out_of_the_group(
    case: tuple[np.ndarray, sparse.csr_matrix, np.ndarray, np.ndarray],
) -> None:
    lists, relevant, activity, popularity = case
    counts = TrainingCounts(activity, popularity)
    table = group_table("test", Hits.of(lists, relevant), counts, [2, 6])
    grouping = quarters(popularity)
    for number, label in enumerate(grouping.labels):
        members = set(np.flatnonzero(grouping.group == number).tolist())
        wanted = [set(row.indices.tolist()) & members for row in relevant]
        expected = mean_metrics(lists.tolist(), wanted, [2, 6])
        rows = table[(table["group_by"] == "item_popularity") & (table["group"] == label)]
        assert dict(zip(rows["metric"], rows["value"], strict=True)) == pytest.approx(expected)
        assert set(rows["users"]) == {sum(map(bool, wanted))}


def test_the_table_is_long_and_leaves_out_groups_that_nobody_is_in(
    case: tuple[np.ndarray, sparse.csr_matrix, np.ndarray, np.ndarray],
) -> None:
    lists, _, activity, popularity = case
    only_item_3 = sparse.csr_matrix(np.eye(12, dtype=np.float32)[[3] * 20])
    counts = TrainingCounts(activity, popularity)
    table = group_table("test", Hits.of(lists, only_item_3), counts, [2])
    assert list(table.columns) == ["split", "group_by", "group", "users", "metric", "value"]
    assert not table.isna().to_numpy().any()
    items = table[table["group_by"] == "item_popularity"]
    assert items["group"].nunique() == 1
    pd.testing.assert_series_equal(
        items["users"].drop_duplicates().reset_index(drop=True), pd.Series([20], name="users")
    )
