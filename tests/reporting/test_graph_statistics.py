import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from siger_pipeline.reporting.graphs import (
    bins,
    describe,
    distribution,
    even_edges,
    geometric_edges,
    is_heavy,
    item_statistics,
    without_loops,
)
from siger_pipeline.reporting.labels import graph_label

# 0 → 1, 0 → 2, 1 → 2; 3 knows itself alone.
GRAPH = sparse.csr_matrix(
    np.array([[0.5, 1, 2, 0], [0, 0, 3, 0], [0, 0, 0, 0], [0, 0, 0, 1]], dtype=np.float32)
)


def test_links_of_items_to_themselves_do_not_count() -> None:
    linked = without_loops(GRAPH)
    assert linked.nnz == 3
    assert linked.diagonal().sum() == 0
    assert linked[0, 2] == 2


def test_statistics_of_an_item_graph_by_hand() -> None:
    assert item_statistics("knn-text-k10", without_loops(GRAPH)) == {
        "graph": "knn-text-k10",
        "nodes": 4,
        "edges": 3,
        "density": 3 / 12,
        "degree": {"mean": 0.75, "min": 0, "max": 2},
        "in_degree": {"min": 0, "max": 2},
        "isolated": 1,
    }


def test_both_sides_of_the_user_item_graph() -> None:
    interactions = sparse.csr_matrix(np.array([[1, 1, 0], [0, 1, 0]], dtype=np.float32))
    result = describe(interactions, {})
    users, items = result["graphs"]
    assert (users["nodes"], users["edges"], users["density"]) == (2, 3, 0.5)
    assert users["degree"] == {"mean": 1.5, "min": 1, "max": 2}
    assert items["degree"] == {"mean": 1.0, "min": 0, "max": 2}
    assert (users["isolated"], items["isolated"]) == (0, 1)
    assert [d["of"] for d in result["distributions"]] == ["users", "items"]


def test_in_degrees_are_of_each_item_graph_and_exclude_loops() -> None:
    result = describe(sparse.csr_matrix((1, 4)), {"a": GRAPH, "b": GRAPH.T.tocsr()})
    (curves,) = (d["curves"] for d in result["distributions"] if d["of"] == "in_degree")
    assert [curve["name"] for curve in curves] == ["a", "b"]
    assert curves[0]["zero"] == 2  # 0 and 3
    assert curves[0]["bins"] == [(1, 1, 1), (2, 2, 1)]


@given(st.lists(st.integers(0, 3000), min_size=1), st.booleans())
def test_every_member_above_nought_falls_into_the_bin_of_its_degree(
    degrees: list[int], log: bool
) -> None:
    largest = max(degrees)
    result = bins(np.array(degrees), geometric_edges(largest) if log else even_edges(largest))
    for low, high, count in result:
        assert count == sum(low <= degree <= high for degree in degrees)
    assert sum(count for _, _, count in result) == sum(degree > 0 for degree in degrees)
    assert all(a[1] + 1 == b[0] for a, b in itertools.pairwise(result))
    assert len(result) <= 40


@pytest.mark.parametrize(
    ("degrees", "heavy"),
    [
        ([1, 2, 3, 4], False),
        ([1, 1, 1, 10], True),
        ([2, 2, 19], False),
        ([0, 0, 0, 9], False),
        ([], False),
    ],
)
def test_a_long_tail_asks_for_logarithmic_axes(degrees: list[int], heavy: bool) -> None:
    assert is_heavy(np.array(degrees)) is heavy
    if degrees:
        assert distribution("users", {"users": np.array(degrees)})["log"] is heavy


def test_graphs_without_a_link_have_no_bins() -> None:
    result = distribution("in_degree", {"knn-text-k10": np.zeros(3, dtype=int)})
    assert result["curves"] == [{"name": "knn-text-k10", "members": 3, "zero": 3, "bins": []}]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("cooccurrence-k5", "co-occurrence k5"),
        ("knn-text-k10", "kNN text k10"),
        ("row_mean-image", "row mean image"),
        ("user-item, users", "user-item, users"),
    ],
)
def test_graphs_have_names_for_people(name: str, label: str) -> None:
    assert graph_label(name) == label
