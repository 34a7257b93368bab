from collections.abc import Callable
from typing import Any

import ibis
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis.expr.types import Table

from siger_pipeline.data.index import catalogue, index_splits, item_index, user_index
from siger_pipeline.data.schema import Columns

MakeTable = Callable[[dict[str, Any]], Table]


def rows(table: Table) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in table.to_pyarrow().to_pylist()]


def pairs(table: MakeTable, *result: tuple[str, str]) -> Table:
    return table({Columns.USER: [u for u, _ in result], Columns.ITEM: [i for _, i in result]})


def items(table: MakeTable, result: dict[str, int | None]) -> Table:
    return table({Columns.ITEM: list(result), Columns.ROW: list(result.values())})


def test_numbers_written_as_text_keep_their_order(table: MakeTable) -> None:
    users = ["10", "2", "0", "1", "9", "2"]
    index = user_index(pairs(table, *((user, "i") for user in users)))
    assert rows(index) == [(0, "0"), (1, "1"), (2, "2"), (3, "9"), (4, "10")]
    assert str(index.schema()[Columns.USER_ID]) == "int32"


@settings(max_examples=8, deadline=None)
@given(st.sets(st.text("aB 09é|٣", min_size=1)))
def test_users_are_dense_and_each_occurs_once(table: MakeTable, users: set[str]) -> None:
    index = rows(user_index(pairs(table, *((user, "i") for user in sorted(users)))))
    assert [number for number, _ in index] == list(range(len(users)))
    assert {user for _, user in index} == users


def test_items_follow_their_rows_then_length_and_text(table: MakeTable) -> None:
    known = items(table, {"z": 0, "a": 2, "m": 1, "10": None, "9": None})
    assert rows(item_index(known)) == [
        (0, "z", 0),
        (1, "m", 1),
        (2, "a", 2),
        (3, "9", None),
        (4, "10", None),
    ]


def test_a_catalogue_keeps_items_with_rows_unless_a_core_was_taken(table: MakeTable) -> None:
    used = pairs(table, ("u", "a"), ("u", "new"), ("v", "a"))
    known = items(table, {"a": 1, "unused": 0, "unused, no row": None})
    assert sorted(rows(catalogue(used, known, k=1))) == [("a", 1), ("new", None), ("unused", 0)]
    assert sorted(rows(catalogue(used, known, k=2))) == [("a", 1), ("new", None)]


def test_splits_are_written_in_numbers_and_sorted(table: MakeTable) -> None:
    result = [("10", "b"), ("2", "b"), ("2", "a")]
    labelled = pairs(table, *result).mutate(**{Columns.SPLIT: ibis.literal("train")})
    users = user_index(labelled)
    numbered = item_index(items(table, {"a": None, "b": None}))
    splits = index_splits(labelled, users, numbered)
    assert rows(splits) == [(0, 0, "train"), (0, 1, "train"), (1, 1, "train")]
    assert [str(kind) for kind in splits.schema().values()] == ["int32", "int32", "string"]
