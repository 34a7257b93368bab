import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from reference.ranking_metrics import mean_gini
from siger_pipeline.evaluation.beyond import beyond_accuracy, coverage, exposure, gini, novelty
from siger_pipeline.evaluation.counts import TrainingCounts
from siger_pipeline.evaluation.hits import Hits

# Items 0 … 3 have 4, 2, 1, 0 of four users; a fifth user has nothing.
TRAIN = sparse.csr_matrix(
    np.array(
        [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]], dtype=np.float32
    )
)


def test_closed_forms() -> None:
    lists = np.array([[0, 1], [0, 3], [0, -1]])
    hits = Hits.of(lists, sparse.csr_matrix(np.eye(4, dtype=np.float32)[:3]))
    figures = beyond_accuracy(hits, TrainingCounts.of(TRAIN), [1, 2])
    # At 1 every recommendation is item 0, which all users have: no surprise (log2 1 = 0).
    assert figures["coverage@1"] == 0.25
    assert figures["novelty@1"] == 0.0
    assert figures["gini@1"] == pytest.approx(3 / 4)
    # At 2: items 0, 0, 0, 1, 3 with −log2 of 4/4, 2/4, and 1/4 for the item without interactions.
    assert figures["coverage@2"] == 0.75
    assert figures["novelty@2"] == pytest.approx((0 + 0 + 0 + 1 + 2) / 5)
    assert figures["gini@2"] == pytest.approx(mean_gini([3, 1, 0, 1]))


def test_equally_exposed_items_have_gini_zero() -> None:
    assert gini(np.array([7, 7, 7])) == 0.0


@given(st.lists(st.integers(0, 50), min_size=1).filter(any))
def test_gini_is_half_the_relative_mean_difference(counts: list[int]) -> None:
    value = gini(np.array(counts))
    assert value == pytest.approx(mean_gini(counts), abs=1e-12)
    assert value == pytest.approx(gini(np.array(counts) * 3))
    assert -1e-12 <= value <= (len(counts) - 1) / len(counts) + 1e-12


def test_nothing_recommended_is_zero() -> None:
    nothing = exposure(np.full((2, 3), -1), 4)
    assert nothing.tolist() == [0, 0, 0, 0]
    assert coverage(nothing) == gini(nothing) == novelty(nothing, np.ones(4), 4) == 0.0
