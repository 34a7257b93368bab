from collections.abc import Callable
from typing import Any

from ibis.expr.types import Table

from siger_pipeline.data.counts import count_reading, count_splits, count_step, count_warm
from siger_pipeline.data.schema import Columns

MakeTable = Callable[[dict[str, Any]], Table]


def pairs(table: MakeTable, result: str, splits: str = "") -> Table:
    """Interactions written as "ux uy vx"."""
    names = {"t": "train", "v": "validation", "e": "test"}
    columns = {
        Columns.USER: [pair[0] for pair in result.split()],
        Columns.ITEM: [pair[1] for pair in result.split()],
    }
    split = {Columns.SPLIT: [names[letter] for letter in splits]} if splits else {}
    return table({**columns, **split})


def test_a_step_counts_what_is_there_and_what_went(table: MakeTable) -> None:
    row = count_step(pairs(table, "ux uy vx"), "a step", before=10)
    assert list(row.columns) == ["step", "users", "items", "interactions", "removed"]
    assert row.to_numpy().tolist() == [["a step", 2, 2, 3, 7]]


def test_reading_tells_bad_lines(table: MakeTable) -> None:
    rows = count_reading(pairs(table, "ux ux vx"), bad_lines=4)
    assert rows.to_numpy().tolist() == [["read", 2, 1, 3, 4]]


def test_splits_tell_what_untrained_users_took_along(table: MakeTable) -> None:
    labelled = pairs(table, "ux uy uz vx vy", "tveve")
    kept = pairs(table, "ux uy uz", "tve")
    assert count_splits(labelled, kept).to_numpy().tolist() == [
        ["split: train", 1, 1, 1, 0],
        ["split: validation", 1, 1, 1, 1],
        ["split: test", 1, 1, 1, 1],
    ]


def test_a_split_without_interactions_is_counted(table: MakeTable) -> None:
    labelled = pairs(table, "ux vx", "et")
    assert count_splits(
        labelled, labelled.filter(labelled["split"] == "test")
    ).to_numpy().tolist() == [
        ["split: train", 0, 0, 0, 1],
        ["split: validation", 0, 0, 0, 0],
        ["split: test", 1, 1, 1, 0],
    ]


def test_what_cold_items_had_in_training_is_counted_where_a_share_is_cold(
    table: MakeTable,
) -> None:
    before = count_step(pairs(table, "ux uy vx vy"), "core")
    warm = pairs(table, "ux vx vy", "tte")
    counts = count_warm(before, pairs(table, "ux uy vx vy", "ttte"), warm, 0.5)
    step = "cold items without training interactions"
    assert counts.to_numpy().tolist()[1:] == [[step, 2, 2, 3, 1]]
    assert count_warm(before, warm, warm, 0).equals(before)
