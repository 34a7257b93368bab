"""Coverage against a loop, and its summary and figure."""

import numpy as np
import pytest
from scipy import sparse

from siger_pipeline.reporting.charts.coverage import coverage_chart
from siger_pipeline.studies.coverage import coverage_summary, coverage_table, item_coverage

TOP, USERS, ITEMS = 3, 40, 15


@pytest.fixture
def interactions() -> sparse.csr_matrix:
    dense = np.random.default_rng(1).random((USERS, ITEMS)) < 0.15
    dense[:, 4] = False  # an item without co-occurring ones
    return sparse.csr_matrix(dense.astype(np.float32))


@pytest.fixture
def graph() -> sparse.csr_matrix:
    links = np.random.default_rng(2).random((ITEMS, ITEMS)) < 0.4
    return sparse.csr_matrix((links | np.eye(ITEMS, dtype=bool)).astype(np.float32) * 0.3)


def loop(
    interactions: sparse.csr_matrix, graph: sparse.csr_matrix
) -> list[tuple[int, int, float, float]]:
    users = [set(np.flatnonzero(column)) for column in interactions.toarray().T]
    rows = []
    for i in range(ITEMS):
        common = {j: len(users[i] & users[j]) for j in range(ITEMS) if j != i}
        most = sorted((j for j in common if common[j]), key=lambda j: (-common[j], j))[:TOP]
        near = {j for j in range(ITEMS) if j != i and graph[i, j]}
        weight = {j: common[j] / (1 + common[j]) for j in most}
        covered = [j for j in most if j in near]
        rows.append(
            (len(most), len(covered), sum(weight.values()), sum(weight[j] for j in covered))
        )
    return rows


def test_each_item_is_that_of_a_loop(
    interactions: sparse.csr_matrix, graph: sparse.csr_matrix
) -> None:
    before = graph.copy()
    found = item_coverage(interactions, graph, TOP)
    assert list(found.columns) == ["cooccurring", "covered", "weight", "weight_covered"]
    expected = np.array(loop(interactions, graph))
    assert expected[:, 1].max() > 0
    assert found.to_numpy() == pytest.approx(expected)
    assert (graph != before).nnz == 0


def test_all_and_nothing_is_covered(interactions: sparse.csr_matrix) -> None:
    everything = item_coverage(interactions, sparse.csr_matrix(np.ones((ITEMS, ITEMS))), TOP)
    assert (everything["covered"] == everything["cooccurring"]).all()
    assert everything["weight_covered"].tolist() == pytest.approx(everything["weight"].tolist())
    itself = item_coverage(interactions, sparse.identity(ITEMS, format="csr"), TOP)
    assert not itself["covered"].any()


def test_the_summary_and_the_figure_are_shares_of_the_items_that_count(
    interactions: sparse.csr_matrix, graph: sparse.csr_matrix
) -> None:
    said = {"dataset": "shop", "trial": "siger", "variant": "", "data": "sha256:0"}
    graphs = {("knn-text-k5", "text"): graph}
    ids = [f"i{n}" for n in range(ITEMS)]
    parts = [coverage_table(said, graphs, {"text": "tfidf_svd"}, interactions, ids, TOP)] * 2
    table, rows = coverage_summary(parts, TOP)
    assert len(table) == ITEMS  # a graph that two trials share counts once
    counted = [row for row in loop(interactions, graph) if row[0]]
    (row,) = rows.to_dict("records")
    assert row["items"] == len(counted) < ITEMS
    for n in range(TOP + 1):
        share = sum(covered == n for _, covered, _, _ in counted) / len(counted)
        assert row[str(n)] == f"{share:.1%}"
    carried = sum(row[3] for row in counted) / sum(row[2] for row in counted)
    assert row["weight"] == f"{carried:.1%}"
    assert row["features"] == "tfidf_svd"
    (bars,) = coverage_chart(table, TOP, "coverage on shop").panels[0].series
    assert list(bars.x) == [0, 1, 2, 3]
    assert sum(bars.y) == pytest.approx(1)
