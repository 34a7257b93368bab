import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from reference.ranking_metrics import mean_metrics, ranked_list
from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.evaluation.hits import Hits
from siger_pipeline.evaluation.metrics import accuracy, ranking_metrics

KS = (1, 3, 5, 10)


def from_sets(relevant: list[set[int]], n_items: int) -> sparse.csr_matrix:
    row = [n for n, items in enumerate(relevant) for _ in items]
    item = [i for items in relevant for i in sorted(items)]
    ones = np.ones(len(row), dtype=np.float32)
    return sparse.csr_matrix((ones, (row, item)), shape=(len(relevant), n_items))


@st.composite
def lists_and_relevant(draw: st.DrawFn) -> tuple[list[list[int]], list[set[int]], int]:
    n_items = draw(st.integers(1, 15))
    users = draw(st.integers(1, 6))
    items = st.integers(0, n_items - 1)
    lists = []
    for _ in range(users):
        ranked = draw(st.lists(items, unique=True, max_size=10))
        lists.append(ranked + [-1] * (10 - len(ranked)))
    relevant = [draw(st.sets(items)) for _ in range(users)]
    relevant[0] = relevant[0] or {0}
    return lists, relevant, n_items


def test_the_worked_example_of_the_protocol() -> None:
    figures = ranking_metrics(np.array([[1, 9, 2]]), from_sets([{1, 2, 3}], 10), [3])
    assert figures == {
        "recall@3": pytest.approx(2 / 3),
        "ndcg@3": pytest.approx((1 + 0.5) / (1 + 1 / math.log2(3) + 0.5)),
        "precision@3": pytest.approx(2 / 3),
        "map@3": pytest.approx((1 + 2 / 3) / 3),
    }
    assert round(figures["ndcg@3"], 4) == 0.7039
    assert round(figures["map@3"], 4) == 0.5556


@given(lists_and_relevant())
def test_metrics_are_those_of_the_loops(case: tuple[list[list[int]], list[set[int]], int]) -> None:
    lists, relevant, n_items = case
    figures = ranking_metrics(np.array(lists), from_sets(relevant, n_items), KS)
    assert figures == pytest.approx(mean_metrics(lists, relevant, KS))
    assert all(type(value) is float and 0 <= value <= 1 for value in figures.values())


def test_a_perfect_recommender_scores_one_and_a_masked_one_zero() -> None:
    relevant = [{3, 1, 4}, {0}, {5, 2, 6, 7}]
    matrix = from_sets(relevant, 8)
    perfect = np.array(
        [ranked_list([float(i in wanted) for i in range(8)], set(), 5) for wanted in relevant]
    )
    blind = np.array(
        [ranked_list([float(i in wanted) for i in range(8)], wanted, 5) for wanted in relevant]
    )
    best = ranking_metrics(perfect, matrix, [5])
    assert best["recall@5"] == best["ndcg@5"] == best["map@5"] == 1.0
    assert best["precision@5"] == pytest.approx((3 + 1 + 4) / 15)
    assert set(ranking_metrics(blind, matrix, [1, 5]).values()) == {0.0}


def test_an_empty_rank_is_never_a_hit() -> None:
    # The key of row 1's empty rank would be that of row 0's last item.
    relevant = from_sets([{3}, {0}], 4)
    assert not Hits.of(np.array([[-1, -1], [-1, -1]]), relevant).hits.any()


def test_users_without_relevant_items_are_left_out() -> None:
    lists = np.array([[0, 1], [1, 0], [0, 1]])
    metrics = accuracy(Hits.of(lists, from_sets([{0}, set(), {1}], 3)), [1])
    assert metrics.users.tolist() == [0, 2]
    assert metrics.values["recall@1"].tolist() == [1.0, 0.0]
    assert metrics.means()["recall@1"] == 0.5


def test_metrics_of_each_user_bear_the_users_index() -> None:
    lists, relevant = np.array([[2, 1], [0, 1], [1, 0]]), from_sets([set(), {0}, {2}], 3)
    hits = Hits.of(lists, relevant, np.array([5, 7, 40]))
    metrics = accuracy(hits, [2])
    assert metrics.users.tolist() == [7, 40]
    assert metrics.values["precision@2"].tolist() == [0.5, 0.0]


@given(lists_and_relevant(), st.randoms(use_true_random=False))
def test_a_part_of_the_users_or_items_is_what_comparing_that_part_gives(
    case: tuple[list[list[int]], list[set[int]], int], random: Random
) -> None:
    lists, relevant, n_items = case
    whole = Hits.of(np.array(lists), from_sets(relevant, n_items))
    users = np.array([random.random() < 0.5 for _ in whole.users])
    chosen = whole.users[users].tolist()
    part = Hits.of(
        np.array(lists)[chosen].reshape(-1, 10),
        from_sets([relevant[user] for user in chosen], n_items),
        np.array(chosen),
    )
    same(whole.of_users(users), part)
    items = np.array([random.random() < 0.5 for _ in range(n_items)])
    reduced = [wanted & set(np.flatnonzero(items).tolist()) for wanted in relevant]
    same(whole.of_items(items), Hits.of(np.array(lists), from_sets(reduced, n_items)))


def same(one: Hits, other: Hits) -> None:
    for name in ("users", "lists", "hits", "rows", "items", "sizes"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_a_stored_zero_is_no_relevant_item() -> None:
    relevant = from_sets([{0, 1}], 3)
    relevant.data[1] = 0
    assert ranking_metrics(np.array([[0, 1]]), relevant, [2])["recall@2"] == 1.0
    assert ranking_metrics(np.array([[0, 1]]), relevant, [2])["precision@2"] == 0.5


def test_a_pair_stored_twice_is_one_relevant_item() -> None:
    stored = (np.ones(3, dtype=np.float32), np.array([1, 1, 2]), np.array([0, 3]))
    twice = sparse.csr_matrix(stored, shape=(1, 3))
    assert ranking_metrics(np.array([[1, 0]]), twice, [2])["recall@2"] == 0.5


@given(lists_and_relevant(), st.randoms(use_true_random=False))
def test_relabelling_users_and_items_changes_no_bit(
    case: tuple[list[list[int]], list[set[int]], int], random: Random
) -> None:
    lists, relevant, n_items = case
    users, items = list(range(len(lists))), list(range(n_items))
    random.shuffle(users)
    random.shuffle(items)
    new_lists = np.array([[items[i] if i >= 0 else -1 for i in lists[u]] for u in users])
    new_relevant = [{items[i] for i in relevant[u]} for u in users]
    before = ranking_metrics(np.array(lists), from_sets(relevant, n_items), KS)
    assert ranking_metrics(new_lists, from_sets(new_relevant, n_items), KS) == before


def test_nothing_relevant_at_all_is_an_error() -> None:
    with pytest.raises(InputError, match=r"none of the 2 users has a relevant"):
        ranking_metrics(np.array([[0], [1]]), sparse.csr_matrix((2, 3)), [1])


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ([[0, 1]], "do not fit 2 users"),
        ([[0, 1], [0, 3]], "row 1 holds an item that does not exist"),
        ([[-2, 1], [0, 2]], "row 0 holds an item that does not exist"),
        ([[0, 1], [2, 2]], "row 1 holds an item twice"),
    ],
)
def test_lists_that_do_not_fit_are_refused(lists: list[list[int]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ranking_metrics(np.array(lists), from_sets([{0}, {1}], 3), [1])


@pytest.mark.parametrize("ks", [[0], [3], []])
def test_ks_beyond_the_lists_are_refused(ks: list[int]) -> None:
    with pytest.raises(ParameterError, match="between 1 and 2"):
        ranking_metrics(np.array([[0, 1]]), from_sets([{0}], 3), ks)
