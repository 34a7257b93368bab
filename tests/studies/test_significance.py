"""Tests, intervals and corrections against scipy, closed forms and slow references."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from siger_pipeline.studies.significance import (
    RESAMPLES_AT_ONCE,
    benjamini_hochberg,
    bootstrap_intervals,
    holm,
    t_test,
    wilcoxon,
)

P = st.lists(st.floats(0, 1), min_size=1, max_size=12).map(np.array)


def draws(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def recall_like() -> np.ndarray:
    """Differences as of a metric with few values: most users have none."""
    return draws(3).choice([-1.0, -0.5, 0.0, 0.5, 1.0], (400, 3), p=[0.03, 0.07, 0.75, 0.1, 0.05])


def test_an_interval_is_that_of_resampled_means_one_by_one() -> None:
    differences = draws(2).normal(0.1, 1, (30, 2))
    resamples = RESAMPLES_AT_ONCE + 37
    low, high = bootstrap_intervals(differences, 0.1, resamples, draws())
    same = draws()
    means = []
    for _ in range(resamples):
        chosen = same.integers(30, size=30)
        means.append([np.mean([differences[user, c] for user in chosen]) for c in range(2)])
    expected = np.percentile(np.array(means), [5, 95], axis=0)
    np.testing.assert_allclose([low, high], expected, rtol=1e-12)


def test_scipy_has_the_same_interval_but_for_its_draws(recall_like: np.ndarray) -> None:
    low, high = bootstrap_intervals(recall_like, 0.05, 4000, draws())
    for c in range(3):
        other = stats.bootstrap(
            (recall_like[:, c],), np.mean, n_resamples=4000, method="percentile", rng=draws(5)
        )
        width = high[c] - low[c]
        interval = other.confidence_interval
        assert (low[c], high[c]) == pytest.approx((interval.low, interval.high), abs=0.07 * width)


def test_an_interval_of_many_users_is_that_of_the_normal_distribution() -> None:
    differences = draws(4).exponential(size=(5000, 1))
    low, high = bootstrap_intervals(differences, 0.05, 4000, draws())
    error = differences.std() / np.sqrt(5000)
    normal = differences.mean() + error * stats.norm.ppf([0.025, 0.975])
    assert (low[0], high[0]) == pytest.approx(normal, abs=0.15 * error)


def test_equal_differences_have_no_width_and_a_seed_gives_the_same_bytes() -> None:
    low, high = bootstrap_intervals(np.full((9, 1), 0.25), 0.05, 200, draws())
    assert low.tolist() == high.tolist() == [0.25]
    differences = draws(2).normal(size=(50, 2))
    once, again = (bootstrap_intervals(differences, 0.05, 300, draws()) for _ in range(2))
    assert np.array(once).tobytes() == np.array(again).tobytes()
    other = bootstrap_intervals(differences, 0.05, 300, draws(2))
    assert np.array(once).tobytes() != np.array(other).tobytes()


def test_the_other_way_round_intervals_are_mirrored(recall_like: np.ndarray) -> None:
    low, high = bootstrap_intervals(recall_like, 0.05, 500, draws())
    turned = bootstrap_intervals(-recall_like, 0.05, 500, draws())
    np.testing.assert_allclose(turned, [-high, -low], atol=1e-12)


def test_the_t_test_is_its_formula(recall_like: np.ndarray) -> None:
    for d in recall_like.T:
        statistic = d.mean() / (d.std(ddof=1) / np.sqrt(len(d)))
        assert t_test(d) == pytest.approx(2 * stats.t.sf(abs(statistic), len(d) - 1), rel=1e-10)


def test_wilcoxon_is_the_normal_approximation_of_signed_mean_ranks(
    recall_like: np.ndarray,
) -> None:
    for d in recall_like.T:
        nonzero = d[d != 0]
        n = len(nonzero)
        ranks = stats.rankdata(np.abs(nonzero))
        _, tied = np.unique(np.abs(nonzero), return_counts=True)
        variance = n * (n + 1) * (2 * n + 1) / 24 - (tied**3 - tied).sum() / 48
        z = (ranks[nonzero > 0].sum() - n * (n + 1) / 4) / np.sqrt(variance)
        assert wilcoxon(d) == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-10)


def test_ranks_do_not_depend_on_the_order_of_sums_over_seeds() -> None:
    seeds = draws(6).integers(0, 4, (40, 5)) / 3
    turned, noisy = seeds[:, ::-1].sum(axis=1) / 5, np.array([sum(row) for row in seeds]) / 5
    assert (turned != noisy).any(), "equal means that differ in their last bits"
    assert wilcoxon(turned - noisy) == 1.0
    shift = draws(7).choice([0.0, 0.1], 40)
    assert wilcoxon(turned + shift - noisy) == wilcoxon(shift)


@pytest.mark.parametrize("test", [t_test, wilcoxon])
def test_no_difference_shows_nothing_and_a_constant_one_much(test: object) -> None:
    assert callable(test)
    assert test(np.zeros(20)) == 1.0
    assert test(np.full(20, 0.5)) < 0.001
    assert t_test(np.array([0.5])) == 1.0


@given(P)
def test_holm_step_by_step(p: np.ndarray) -> None:
    expected, before = np.empty(len(p)), 0.0
    for step, place in enumerate(sorted(range(len(p)), key=lambda n: p[n])):
        before = max(before, min(1.0, (len(p) - step) * p[place]))
        expected[place] = before
    np.testing.assert_allclose(holm(p), expected, rtol=1e-12)


@given(P)
def test_benjamini_hochberg_step_by_step(p: np.ndarray) -> None:
    expected, before = np.empty(len(p)), 1.0
    descending = sorted(range(len(p)), key=lambda n: -p[n])
    for step, place in enumerate(descending):
        before = min(before, len(p) / (len(p) - step) * p[place])
        expected[place] = before
    np.testing.assert_allclose(benjamini_hochberg(p), expected, rtol=1e-12)


@given(P)
def test_corrections_keep_the_order_and_lie_between_the_plain_p_and_bonferronis(
    p: np.ndarray,
) -> None:
    for corrected in (holm(p), benjamini_hochberg(p)):
        assert (corrected >= p * (1 - 1e-12)).all()
        assert (corrected <= np.minimum(1, len(p) * p) * (1 + 1e-12)).all()
        assert (np.diff(corrected[np.argsort(p, kind="stable")]) >= -1e-15).all()
    assert (benjamini_hochberg(p) <= holm(p) * (1 + 1e-12)).all()


def test_corrected_values_of_statsmodels() -> None:
    """`multipletests` of statsmodels 0.15.0, methods `holm` and `fdr_bh`."""
    p = np.array([0.01, 0.04, 0.03, 0.005, 0.2, 0.04])
    np.testing.assert_allclose(holm(p), STATSMODELS["holm"], rtol=1e-12)
    np.testing.assert_allclose(benjamini_hochberg(p), STATSMODELS["fdr_bh"], rtol=1e-12)


STATSMODELS = {
    "holm": [0.05, 0.12, 0.12, 0.03, 0.2, 0.12],
    "fdr_bh": [0.03, 0.048, 0.048, 0.03, 0.2, 0.048],
}
