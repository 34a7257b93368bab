from collections import Counter
from collections.abc import Callable
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis.expr.types import Table

from siger_pipeline.data.kcore import core_of_training, k_core
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

MakeTable = Callable[[dict[str, Any]], Table]
Pairs = set[tuple[str, str]]


def loop_k_core(pairs: Pairs, k: int) -> Pairs:
    """Take out one user or item at a time until none has fewer than k."""
    pairs = set(pairs)
    while True:
        ends = Counter(("user", u) for u, _ in pairs) + Counter(("item", i) for _, i in pairs)
        thin = next((end for end, degree in sorted(ends.items()) if degree < k), None)
        if thin is None:
            return pairs
        pairs = {(u, i) for u, i in pairs if thin not in {("user", u), ("item", i)}}


def as_table(table: MakeTable, pairs: list[tuple[str, str]]) -> Table:
    return table({Columns.USER: [u for u, _ in pairs], Columns.ITEM: [i for _, i in pairs]})


def test_a_chain_unravels_pass_by_pass(table: MakeTable) -> None:
    square = [(u, i) for u in "ab" for i in "xy"]
    tail = [("c", "y"), ("c", "z"), ("d", "z")]
    kept, passes = k_core(as_table(table, square + tail), 2)
    assert [tuple(row.values()) for row in kept.to_pyarrow().to_pylist()] == square
    assert passes[Columns.REMOVED].tolist() == [1, 1, 1, 0]
    assert passes[Columns.INTERACTIONS].tolist() == [6, 5, 4, 4]
    assert passes[Columns.STEP].tolist()[0] == "2-core, pass 1"


def test_a_1_core_is_everything(table: MakeTable) -> None:
    kept, passes = k_core(as_table(table, [("a", "x"), ("b", "y")]), 1)
    assert kept.count().to_pyarrow().as_py() == 2
    assert passes[Columns.REMOVED].tolist() == [0]


def test_nothing_left_says_k_and_what_was_there(table: MakeTable) -> None:
    with pytest.raises(InputError) as error:
        k_core(as_table(table, [("a", "x"), ("a", "y"), ("b", "y")]), 3)
    message = str(error.value)
    assert "3-core" in message and "3 interactions of 2 users with 2 items" in message
    assert "ingest.k_core" in message


def test_nothing_to_begin_with_is_refused(table: MakeTable) -> None:
    with pytest.raises(InputError, match="0 interactions"):
        k_core(as_table(table, []), 1)


@settings(max_examples=12, deadline=None)
@given(
    st.sets(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("rstuvwxyz")), min_size=1),
    st.integers(1, 4),
)
def test_the_core_is_that_of_a_loop(table: MakeTable, pairs: Pairs, k: int) -> None:
    expected = loop_k_core(pairs, k)
    if not expected:
        with pytest.raises(InputError):
            k_core(as_table(table, list(pairs)), k)
        return
    kept, passes = k_core(as_table(table, list(pairs)), k)
    assert [tuple(row.values()) for row in kept.to_pyarrow().to_pylist()] == sorted(expected)
    assert passes[Columns.REMOVED].sum() == len(pairs) - len(expected)
    assert passes.iloc[-1][Columns.USERS] == len({u for u, _ in expected})


@settings(max_examples=12, deadline=None)
@given(
    st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("rstuvw")), min_size=4),
    st.integers(1, 3),
    st.integers(2, 4),
)
def test_the_core_of_training_is_that_of_a_loop_with_what_is_held_out_of_it(
    table: MakeTable, pairs: Pairs, k: int, every: int
) -> None:
    parts = {pair: "test" if n % every == 1 else "train" for n, pair in enumerate(sorted(pairs))}
    trained = loop_k_core({pair for pair in pairs if parts[pair] == "train"}, k)
    users, items = {u for u, _ in trained}, {i for _, i in trained}
    labelled = as_table(table, list(parts)).mutate(split=ibis.literal("train"))
    held_out = [pair for pair, part in parts.items() if part == "test"]
    marked = as_table(table, held_out).mutate(split=ibis.literal("test"))
    given = labelled.anti_join(marked, [Columns.USER, Columns.ITEM]).union(marked).cache()
    if not trained:
        with pytest.raises(InputError):
            core_of_training(given, k)
        return
    kept, steps = core_of_training(given, k)
    expected = trained | {(u, i) for u, i in held_out if u in users and i in items}
    rows = kept.to_pyarrow().to_pylist()
    assert [(row[Columns.USER], row[Columns.ITEM]) for row in rows] == sorted(expected)
    assert all(row[Columns.SPLIT] == parts[row[Columns.USER], row[Columns.ITEM]] for row in rows)
    assert steps[Columns.REMOVED].sum() == len(pairs) - len(expected)
    assert steps[Columns.INTERACTIONS].iloc[-1] == len(expected)
    assert steps[Columns.STEP].iloc[1] == f"{k}-core of training, pass 1"
