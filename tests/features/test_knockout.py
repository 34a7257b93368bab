"""Features without content: what the rows are, and that graphs made of them change."""

from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from siger_pipeline.features.align import with_missing
from siger_pipeline.features.knockout import DRAWN, Knockout, knocked_out
from siger_pipeline.graphs.knn import knn_graph


@pytest.fixture
def features() -> NDArray[np.float32]:
    rng = np.random.default_rng(3)
    rows = rng.normal([3, -1, 0], [1, 5, 0.1], (3000, 3)).astype(np.float32)
    rows[::10] = 0
    return rows


def rows_of(features: NDArray[np.float32], how: Knockout, seed: int = 1) -> NDArray[np.float32]:
    result, missing, remarks = knocked_out(features, with_missing(features)[1], how, "image", seed)
    assert result.dtype == np.float32
    assert np.array_equal(missing, with_missing(result)[1])
    assert f"features.knockout.image = {how}" in remarks[0].text
    if how != "zeros":
        assert np.array_equal(missing, with_missing(features)[1])
    return result[~missing]


def test_noise_has_the_means_and_deviations_of_the_columns(
    features: NDArray[np.float32],
) -> None:
    noise, present = rows_of(features, "noise"), features[features.any(axis=1)]
    for column, before in zip(noise.T, present.T, strict=True):
        law = stats.norm(before.mean(), before.std())
        assert stats.kstest(column, law.cdf).pvalue > 0.01
    between = np.corrcoef(np.hstack([noise, present]).T) - np.eye(6)
    assert np.abs(between).max() < 0.08  # independent of each other and of what was there


def test_a_shuffle_is_a_permutation_of_the_rows(features: NDArray[np.float32]) -> None:
    shuffled, present = rows_of(features, "shuffled"), features[features.any(axis=1)]
    assert sorted(map(tuple, shuffled)) == sorted(map(tuple, present))
    assert (shuffled == present).all(axis=1).mean() < 0.01


def test_a_constant_has_the_size_of_the_features(features: NDArray[np.float32]) -> None:
    constant, present = rows_of(features, "constant"), features[features.any(axis=1)]
    assert len(np.unique(constant)) == 1
    squares = (np.square(rows, dtype=np.float64).sum() for rows in (constant, present))
    assert next(squares) == pytest.approx(next(squares), rel=1e-6)


def test_with_zeros_no_item_has_features(features: NDArray[np.float32]) -> None:
    assert not len(rows_of(features, "zeros"))


@pytest.mark.parametrize("how", get_args(Knockout))
def test_draws_depend_on_seed_and_modality(features: NDArray[np.float32], how: Knockout) -> None:
    missing = with_missing(features)[1]
    first, again, other_seed, other_name = (
        knocked_out(features, missing, how, name, seed)[0]
        for name, seed in (("image", 1), ("image", 1), ("image", 2), ("text", 1))
    )
    assert first.tobytes() == again.tobytes()
    assert (first.tobytes() != other_seed.tobytes()) == (how in DRAWN)
    assert (first.tobytes() != other_name.tobytes()) == (how in DRAWN)


@pytest.mark.parametrize("how", get_args(Knockout))
def test_nothing_is_made_of_features_that_nobody_has(how: Knockout) -> None:
    nothing = np.zeros((4, 2), dtype=np.float32)
    result, missing, _ = knocked_out(nothing, np.ones(4, dtype=bool), how, "image")
    assert not result.any()
    assert missing.all()


@pytest.mark.parametrize("how", get_args(Knockout))
def test_the_graph_is_another(features: NDArray[np.float32], how: Knockout) -> None:
    some = features[:300]
    graphs = []
    for rows in (some, knocked_out(some, with_missing(some)[1], how, "image", 1)[0]):
        graphs.append(knn_graph(rows, 5, missing=with_missing(rows)[1]))
    shared = graphs[0].multiply(graphs[1]).nnz - 300  # the links of items to themselves
    assert shared < 0.2 * graphs[0].nnz
