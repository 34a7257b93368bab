"""Splits that leak are refused, by poisoned tables."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ibis.expr.types import Table
from scipy import sparse

from siger_pipeline.data import fingerprint
from siger_pipeline.data.fingerprint import split_fingerprint
from siger_pipeline.data.leakage import LeakageError, checked_splits
from siger_pipeline.data.schema import Split
from siger_pipeline.reporting.provenance import data_fingerprint

MakeTable = Callable[[dict[str, Any]], Table]
Row = tuple[int, int, str, int]
# Two users with three items: user, item, split, time.
SOUND: list[Row] = [
    *((0, 0, "train", 1), (0, 1, "validation", 5), (0, 2, "test", 7)),
    *((1, 0, "train", 4), (1, 1, "train", 5), (1, 2, "test", 9)),
]


def check(table: MakeTable, rows: list[Row], strategy: str, trained: int = 0) -> dict[str, Any]:
    users, items, splits, times = (list(column) for column in zip(*rows, strict=True))
    names = {"user": [f"u{n}" for n in users], "item": [f"i{n}" for n in items]}
    return checked_splits(
        table({"user_id": users, "item_id": items, "split": splits}),
        table({**names, "timestamp": times}),
        table({"user_id": [0, 1], "user": ["u0", "u1"]}),
        table({"item_id": [0, 1, 2], "item": ["i0", "i1", "i2"]}),
        strategy,
        trained,
    )


def poisoned(place: int, row: Row) -> list[Row]:
    return [*SOUND[:place], row, *SOUND[place + 1 :]]


def test_a_sound_split_says_what_was_checked(table: MakeTable) -> None:
    found = check(table, SOUND, "temporal_global")
    assert found["cut"] == {"validation": 5, "test": 7}
    assert found["checked"][1:] == ["no interaction later than one of a later part"]
    assert check(table, SOUND, "random_per_user") == {
        "strategy": "random_per_user",
        "checked": ["no pair of a user and an item in two parts"],
        "cut": {},
    }


@pytest.mark.parametrize("strategy", ["random_per_user", "temporal_global", "published"])
def test_a_pair_in_two_parts_is_refused(table: MakeTable, strategy: str) -> None:
    with pytest.raises(LeakageError, match=r"1 pairs .* user_id 0, item_id 0 in test and train"):
        check(table, [*SOUND, (0, 0, "test", 1)], strategy)


@pytest.mark.parametrize(
    ("strategy", "row", "words"),
    [
        ("temporal_global", (1, 1, "train", 6), "train has an interaction at time 6, after the"),
        ("temporal_global", (1, 1, "train", 8), "train has an interaction at time 8"),
        ("temporal_per_user", (1, 1, "train", 10), r"of user 'u1' at time 10, .* of test at 9"),
        ("leave_one_out", (1, 1, "validation", 10), "validation has an interaction of user 'u1'"),
    ],
)
def test_an_interaction_after_the_cut_is_refused(
    table: MakeTable, strategy: str, row: Row, words: str
) -> None:
    check(table, SOUND, strategy)
    with pytest.raises(LeakageError, match=words):
        check(table, poisoned(4, row), strategy)


def test_another_users_times_do_not_matter_where_the_cut_is_each_users_own(
    table: MakeTable,
) -> None:
    later = [*SOUND[:3], *((1, item, part, time + 50) for _, item, part, time in SOUND[3:])]
    check(table, later, "temporal_per_user")
    with pytest.raises(LeakageError):
        check(table, later, "temporal_global")


def test_interactions_that_are_not_those_of_the_core_are_refused(table: MakeTable) -> None:
    splits = table({"user_id": [0], "item_id": [0], "split": ["train"]})
    core = table({"user": ["u0"], "item": ["i1"], "timestamp": [3]})
    users, items = table({"user_id": [0], "user": ["u0"]}), table({"item_id": [0], "item": ["i0"]})
    with pytest.raises(LeakageError, match="1 interactions, of which 0 stand in core_interactions"):
        checked_splits(splits, core, users, items, "temporal_global", 0)


def test_a_core_of_training_has_enough_training_interactions(table: MakeTable) -> None:
    rows = [row for row in SOUND if row[1] != 2]
    with pytest.raises(LeakageError, match=r"1 rows of user_id have fewer than 2 .* them 0 with 1"):
        check(table, rows, "random_per_user", 2)


@pytest.mark.parametrize("users", [1, 2**16])
def test_the_fingerprint_is_that_of_the_rows_in_order(
    users: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "USERS", users)  # at a time
    parts = {split: np.zeros((2, 3), np.float32) for split in Split}
    for user, item, part, _ in SOUND:
        parts[Split(part)][user, item] = 1
    rows = pd.DataFrame(SOUND, columns=["user_id", "item_id", "split", "time"])
    found = split_fingerprint({split: sparse.csr_matrix(part) for split, part in parts.items()})
    assert found == data_fingerprint(rows)
