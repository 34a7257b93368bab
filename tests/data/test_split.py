import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis.expr.types import Table

from siger_pipeline.data.config import SplitConfig, Strategy
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.split import assign, untrained, without_cold, without_untrained
from siger_pipeline.errors import InputError

MakeTable = Callable[[dict[str, Any]], Table]
Row = tuple[str, str, int | None]
Labels = dict[tuple[str, str], str]


def config(strategy: Strategy, **changes: Any) -> SplitConfig:
    values = {"ratios": (0.8, 0.1, 0.1), "seed": 999, "untrained_users": "refuse", **changes}
    return SplitConfig(strategy=strategy, **values)


def interactions(
    table: MakeTable, rows: Sequence[Row], split: Sequence[str | None] = (), position: bool = False
) -> Table:
    return table(
        {
            Columns.USER: [user for user, _, _ in rows],
            Columns.ITEM: [item for _, item, _ in rows],
            Columns.TIMESTAMP: [time for _, _, time in rows],
            Columns.IS_POSITION: [position] * len(rows),
            Columns.SPLIT: split or [None] * len(rows),
        }
    )


def labels_of(labelled: Table) -> Labels:
    rows = labelled.to_pyarrow().to_pylist()
    return {(row[Columns.USER], row[Columns.ITEM]): row[Columns.SPLIT] for row in rows}


def loop_split(rows: Sequence[Row], settings: SplitConfig) -> Labels:
    """The rule of the module, a user at a time."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups["" if settings.strategy is Strategy.TEMPORAL_GLOBAL else row[0]].append(row)
    labels: Labels = {}
    for group in groups.values():
        order = sorted(group, key=lambda row: loop_order(row, settings))
        n = len(order)
        n_test = n_validation = 0
        if n >= 3 and settings.strategy is Strategy.LEAVE_ONE_OUT:
            n_test = n_validation = 1
        elif n >= 3:
            _, validation, test = settings.ratios
            if test:
                n_test = min(max(1, math.floor(test * n + 0.5)), n - 2)
            if validation:
                n_validation = min(max(1, math.floor(validation * n + 0.5)), n - 1 - n_test)
        for place, (user, item, _) in enumerate(order):
            labels[user, item] = (
                "test"
                if place < n_test
                else "validation"
                if place < n_test + n_validation
                else "train"
            )
    return labels


def loop_order(row: Row, settings: SplitConfig) -> tuple[int, str]:
    user, item, time = row
    text = hashlib.md5(f"{settings.seed}|{user}|{item}".encode()).hexdigest()
    temporal = settings.strategy is not Strategy.RANDOM_PER_USER
    return (-(time or 0) if temporal else 0, text)


def rows_of(counts: Sequence[int]) -> list[Row]:
    return [(f"u{n}", f"i{k}", k // 2) for n, count in enumerate(counts) for k in range(count)]


CHOSEN = [strategy for strategy in Strategy if strategy is not Strategy.PUBLISHED]


@pytest.mark.parametrize("strategy", CHOSEN)
@pytest.mark.parametrize("ratios", [(0.8, 0.1, 0.1), (0.5, 0.3, 0.2), (0.2, 0.0, 0.8)])
def test_the_split_is_that_of_a_loop(
    table: MakeTable, strategy: Strategy, ratios: tuple[float, float, float]
) -> None:
    rows = rows_of([1, 2, 3, 4, 5, 14, 15, 16, 25, 41])
    settings = config(strategy, ratios=ratios)
    assert labels_of(assign(interactions(table, rows), settings)) == loop_split(rows, settings)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=6),
    st.sampled_from(CHOSEN),
    st.integers(-(2**40), 2**40),
    st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 9)),
)
def test_every_split_is_that_of_a_loop_and_each_user_trains(
    table: MakeTable,
    counts: list[int],
    strategy: Strategy,
    seed: int,
    weights: tuple[int, int, int],
) -> None:
    train, validation, test = (weight / sum(weights) for weight in weights)
    chosen = config(strategy, seed=seed, ratios=(train, validation, test))
    rows = rows_of(counts)
    labelled = assign(interactions(table, rows), chosen)
    assert labels_of(labelled) == loop_split(rows, chosen)
    if strategy is not Strategy.TEMPORAL_GLOBAL:
        assert untrained(labelled).count().to_pyarrow().as_py() == 0


def test_the_worked_example_of_one_user(table: MakeTable) -> None:
    rows: list[Row] = [("u", f"i{k}", k) for k in range(20)]
    labels = labels_of(assign(interactions(table, rows), config(Strategy.TEMPORAL_PER_USER)))
    expected = ["train"] * 16 + ["validation"] * 2 + ["test"] * 2
    assert [labels["u", f"i{k}"] for k in range(20)] == expected


def test_the_last_is_left_out_for_test_the_one_before_for_validation(table: MakeTable) -> None:
    rows: list[Row] = [("u", "c", 3), ("u", "a", 1), ("u", "d", 4), ("u", "b", 2), ("v", "a", 9)]
    labels = labels_of(assign(interactions(table, rows), config(Strategy.LEAVE_ONE_OUT)))
    assert (labels["u", "d"], labels["u", "c"]) == ("test", "validation")
    assert {labels["u", "a"], labels["u", "b"], labels["v", "a"]} == {"train"}


@pytest.mark.parametrize("strategy", CHOSEN)
def test_row_order_changes_nothing(table: MakeTable, strategy: Strategy) -> None:
    rows = rows_of([5, 12, 30])
    forward, backward = (
        labels_of(assign(interactions(table, order), config(strategy)))
        for order in (rows, rows[::-1])
    )
    assert forward == backward


def test_the_seed_changes_the_random_split_and_its_ties_only(table: MakeTable) -> None:
    rows = rows_of([30, 30])
    apart: list[Row] = [(user, item, int(item[1:])) for user, item, _ in rows]

    def labels(chosen: Sequence[Row], strategy: Strategy, seed: int) -> Labels:
        return labels_of(assign(interactions(table, chosen), config(strategy, seed=seed)))

    random, temporal = Strategy.RANDOM_PER_USER, Strategy.TEMPORAL_PER_USER
    assert labels(rows, random, 1) != labels(rows, random, 2)
    assert labels(apart, temporal, 1) == labels(apart, temporal, 2)


def test_a_user_split_does_not_depend_on_the_others(table: MakeTable) -> None:
    alone = rows_of([20])
    together = rows_of([20, 8, 11])
    chosen = config(Strategy.RANDOM_PER_USER)
    found = labels_of(assign(interactions(table, together), chosen))
    assert labels_of(assign(interactions(table, alone), chosen)).items() <= found.items()


def test_the_published_split_is_taken_as_it_is(table: MakeTable) -> None:
    rows: list[Row] = [("u", "a", None), ("u", "b", None), ("v", "a", None)]
    published = interactions(table, rows, ["test", "train", "train"])
    assert labels_of(assign(published, config(Strategy.PUBLISHED))) == {
        ("u", "a"): "test",
        ("u", "b"): "train",
        ("v", "a"): "train",
    }


@pytest.mark.parametrize(
    ("strategy", "column"),
    [
        (Strategy.PUBLISHED, "split"),
        (Strategy.TEMPORAL_PER_USER, "timestamp"),
        (Strategy.TEMPORAL_GLOBAL, "timestamp"),
        (Strategy.LEAVE_ONE_OUT, "timestamp"),
    ],
)
def test_a_strategy_says_what_it_lacks(table: MakeTable, strategy: Strategy, column: str) -> None:
    rows: list[Row] = [("u", "a", 1), ("u", "c", None), ("u", "b", None)]
    with pytest.raises(InputError) as error:
        assign(interactions(table, rows, ["train", None, None]), config(strategy))
    message = str(error.value)
    assert f"{strategy.value} needs the {column} of every interaction: 2 have none" in message
    assert "user 'u', item 'b'" in message


def test_positions_in_a_users_own_order_are_no_times(table: MakeTable) -> None:
    positions = interactions(table, rows_of([5, 5]), position=True)
    with pytest.raises(InputError, match="positions in each user's own order"):
        assign(positions, config(Strategy.TEMPORAL_GLOBAL))
    assert labels_of(assign(positions, config(Strategy.TEMPORAL_PER_USER)))


def late(table: MakeTable) -> Table:
    """Users d, e, … h came after the training time."""
    rows: list[Row] = [("a", f"i{k}", k) for k in range(30)]
    rows += [(user, "i0", 100) for user in "hgfed"]
    return assign(interactions(table, rows), config(Strategy.TEMPORAL_GLOBAL))


def test_users_without_training_are_refused_with_count_and_the_first_three(
    table: MakeTable,
) -> None:
    with pytest.raises(InputError) as error:
        without_untrained(late(table), config(Strategy.TEMPORAL_GLOBAL))
    message = str(error.value)
    assert "users without a training interaction: 5, the first of them 'd', 'e', 'f'" in message
    assert "split.untrained_users: leave" in message


def test_users_without_training_leave_if_asked(table: MakeTable) -> None:
    labelled = late(table)
    leave = config(Strategy.TEMPORAL_GLOBAL, untrained_users="leave")
    kept = labels_of(without_untrained(labelled, leave))
    assert kept == {pair: label for pair, label in labels_of(labelled).items() if pair[0] == "a"}


@pytest.mark.parametrize("share", [0.0, 0.2, 0.45])
@pytest.mark.parametrize("seed", [999, 4])
def test_cold_items_lose_their_training_interactions_and_no_others(
    table: MakeTable, share: float, seed: int
) -> None:
    rows = rows_of([25, 14, 9, 9])
    settings = config(Strategy.RANDOM_PER_USER, cold_items=share, seed=seed)
    labelled = assign(interactions(table, rows), settings)
    items = sorted(
        {item for _, item, _ in rows},
        key=lambda item: hashlib.md5(f"{seed}|{item}".encode()).hexdigest(),
    )
    cold = set(items[: math.floor(share * len(items) + 0.5)])
    assert len(cold) == {0.0: 0, 0.2: 5, 0.45: 11}[share]
    expected = {
        pair: split
        for pair, split in labels_of(labelled).items()
        if split != "train" or pair[1] not in cold
    }
    assert labels_of(without_cold(labelled, settings)) == expected


def test_cold_items_must_leave_a_training_interaction(table: MakeTable) -> None:
    settings = config(Strategy.RANDOM_PER_USER, cold_items=0.6)
    labelled = assign(interactions(table, [("u", "i", 1)]), settings)
    with pytest.raises(InputError, match=r"split.cold_items = 0.6 leaves no training interaction"):
        without_cold(labelled, settings)
