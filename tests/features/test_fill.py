"""Features for items that have none, against loops."""

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from siger_pipeline.features import fill
from siger_pipeline.features.align import require_features, with_missing
from siger_pipeline.features.fill import filled


def world(seed: int, users: int = 9, items: int = 12) -> tuple[np.ndarray, sparse.csr_matrix]:
    """Features, some of them zero rows, and training interactions."""
    draw = np.random.default_rng(seed)
    features = draw.normal(size=(items, 3)).astype(np.float32)
    features[1:][draw.random(items - 1) < 0.5] = 0
    interactions = draw.random((users, items)) < 0.2
    return features, sparse.csr_matrix(interactions.astype(np.float32))


def by_loops(features: np.ndarray, interactions: np.ndarray) -> np.ndarray:
    """Σ_j n_ij x_j / Σ_j n_ij over the items j with features."""
    result = features.astype(np.float64)
    for i, row in enumerate(features):
        if row.any():
            continue
        total, weight = np.zeros(features.shape[1]), 0
        for j, other in enumerate(features):
            if not other.any():
                continue
            for user in interactions:
                if user[i] and user[j]:
                    total, weight = total + other, weight + 1
        if weight:
            result[i] = total / weight
    return result


@given(st.integers(0, 2**16), st.sampled_from([1, 200, fill.BLOCK_BYTES]))
def test_means_over_neighbours_are_the_formula(seed: int, block_bytes: int) -> None:
    features, interactions = world(seed)
    before = features.copy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fill, "BLOCK_BYTES", block_bytes)
        found, missing, remarks = filled(
            *with_missing(features), "neighbours", interactions, "text"
        )
    np.testing.assert_allclose(found, by_loops(features, interactions.toarray()), atol=1e-6)
    require_features(found, missing, len(features), "letters")
    np.testing.assert_array_equal(features, before)
    assert len(remarks) == int(with_missing(features)[1].any())


def test_the_mean_is_that_of_the_items_with_features() -> None:
    features = np.array([[1, 2], [0, 0], [3, 0], [0, 0]], dtype=np.float32)
    found, missing, (remark,) = filled(*with_missing(features), "mean", None, "image")
    np.testing.assert_array_equal(found, [[1, 2], [2, 1], [3, 0], [2, 1]])
    assert not missing.any()
    expected = "Of the items without image features, 2 got the mean of the items that have some"
    assert (remark.text, remark.level) == (f"{expected} (features.missing = mean).", logging.INFO)


def test_who_has_no_such_neighbour_stays_without_and_is_counted() -> None:
    features = np.array([[1.0], [0.0], [0.0], [0.0]], dtype=np.float32)
    # Item 2 shares a user with item 1 alone, which has no features; nobody has item 3.
    interactions = sparse.csr_matrix(np.array([[1, 1, 0, 0], [0, 1, 1, 0]], dtype=np.float32))
    found, missing, (remark,) = filled(*with_missing(features), "neighbours", interactions, "text")
    assert found.tolist() == [[1], [1], [0], [0]]
    assert missing.tolist() == [False, False, True, True]
    assert remark.text == (
        "Of the items without text features, 1 got the mean of the items with some that the same "
        "users have in training (features.missing = neighbours); 2 have no such item and stay "
        "without."
    )


def test_what_is_complete_or_empty_or_meant_to_be_zero_stays_as_it_is() -> None:
    features, interactions = world(0)
    for table, how in (
        (features, "zero"),
        (np.ones_like(features), "mean"),
        (np.zeros_like(features), "mean"),
        (np.zeros_like(features), "neighbours"),
    ):
        found, _, remarks = filled(*with_missing(table), how, interactions, "text")  # type: ignore[arg-type]
        np.testing.assert_array_equal(found, table)
        assert remarks == []


def test_large_features_stay_finite() -> None:
    largest = np.finfo(np.float32).max
    features = np.array([[largest], [largest], [0.0]], dtype=np.float32)
    interactions = sparse.csr_matrix(np.ones((3, 3), dtype=np.float32))
    for how in ("mean", "neighbours"):
        found, _, _ = filled(*with_missing(features), how, interactions, "text")  # type: ignore[arg-type]
        assert np.isfinite(found).all()
