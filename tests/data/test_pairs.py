from collections.abc import Callable
from typing import Any

import pytest
from ibis.expr.types import Table

from siger_pipeline.data.pairs import one_per_pair, repeats
from siger_pipeline.data.schema import Columns

MakeTable = Callable[[dict[str, Any]], Table]


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        ([30, 10, 20], 2.0),
        ([10, 10, 20], 1.0),
        ([None, None, None], 1.0),
        ([None, 7, 9], 2.0),
    ],
)
def test_the_earliest_stays_then_the_first_line(
    table: MakeTable, times: list[int | None], kept: float
) -> None:
    rows = table(
        {
            Columns.USER: ["u", "u", "u"],
            Columns.ITEM: ["i", "i", "i"],
            Columns.RATING: [1.0, 2.0, 3.0],
            Columns.TIMESTAMP: times,
            Columns.LINE_NUMBER: [1, 2, 3],
        }
    )
    assert one_per_pair(rows)[Columns.RATING].to_pyarrow().to_pylist() == [kept]


def test_each_pair_stays(table: MakeTable) -> None:
    rows = table(
        {
            Columns.USER: ["b", "a", "b", "a"],
            Columns.ITEM: ["x", "y", "x", "x"],
            Columns.TIMESTAMP: [1, 2, 3, 4],
            Columns.LINE_NUMBER: [1, 2, 3, 4],
        }
    )
    pairs = one_per_pair(rows)
    assert Columns.LINE_NUMBER not in pairs.columns
    assert sorted(tuple(row.values()) for row in pairs.to_pyarrow().to_pylist()) == [
        ("a", "x", 4),
        ("a", "y", 2),
        ("b", "x", 1),
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_lines_decides_nothing(table: MakeTable, order: int) -> None:
    columns = {
        Columns.USER: ["u"] * 5,
        Columns.ITEM: ["i", "i", "i", "j", "j"],
        Columns.RATING: [3.0, 1.0, None, 2.0, 2.0],
        Columns.TIMESTAMP: [7, 7, 7, 1, 1],
    }
    rows = table(
        {**{n: v[::order] for n, v in columns.items()}, Columns.LINE_NUMBER: [1, 2, 3, 4, 5]}
    )
    assert sorted(one_per_pair(rows)[Columns.RATING].to_pyarrow().to_pylist()) == [1.0, 2.0]
    assert repeats(rows) == (3, 1)
