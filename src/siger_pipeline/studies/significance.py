"""Paired tests over users, intervals of differences, corrections for many comparisons.

Shape suffixes: U users, C comparisons, S resamples, P of them at a time.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
RESAMPLES_AT_ONCE = 64  # bounds the memory: counts of users, 8 bytes each
DECIMALS = 12  # of a difference between metrics, by which ranks and ties are decided


def bootstrap_intervals(
    differences_UC: Floats, level: float, resamples: int, draw: np.random.Generator
) -> tuple[Floats, Floats]:
    """Percentile intervals of mean differences: users are drawn anew, with replacement.

    The users of a resample are the same for all comparisons, so that their intervals belong
    together. Efron and Tibshirani, An Introduction to the Bootstrap, §13.3.

    Args:
        differences_UC: of each user, one column a comparison.
        level: α; an interval covers 1 − α.
        resamples: S.
        draw: of the resamples.

    Returns:
        Lower and upper ends, [C] each.
    """
    users = len(differences_UC)
    means_SC = np.empty((resamples, differences_UC.shape[1]))
    for start in range(0, resamples, RESAMPLES_AT_ONCE):
        some = range(start, min(start + RESAMPLES_AT_ONCE, resamples))
        chosen = (draw.integers(users, size=users) for _ in some)
        counts_PU = np.stack([np.bincount(of_users, minlength=users) for of_users in chosen])
        means_SC[some.start : some.stop] = counts_PU.astype(np.float64) @ differences_UC / users
    low_C, high_C = np.quantile(means_SC, [level / 2, 1 - level / 2], axis=0)
    return low_C, high_C


def t_test(differences_U: Floats) -> float:
    """p of the paired t-test, two-sided: is the mean difference 0?

    1 where every difference is 0, and where there is one user only, which shows nothing.
    """
    if len(differences_U) < 2 or not differences_U.any():
        return 1.0
    return _p(stats.ttest_1samp, differences_U, 0.0)


def wilcoxon(differences_U: Floats) -> float:
    """p of Wilcoxon's signed-rank test, two-sided: are differences symmetric around 0?

    Users without a difference are left out, as Wilcoxon did; ties have mean ranks. 1 where no
    user has one. By the normal approximation with correction for ties, but for small samples.
    """
    # Means over seeds that are equal differ in their last bits, by the order of their sums.
    rounded_U = differences_U.round(DECIMALS)
    return _p(stats.wilcoxon, rounded_U) if rounded_U.any() else 1.0


def holm(p_C: Floats) -> Floats:
    """p-values of all comparisons together, by Holm's step-down procedure (1979).

    With p_(1) ≤ … ≤ p_(C): max_{j ≤ i} min(1, (C − j + 1) p_(j)). Below α with any number of
    comparisons at most in a share α of all tables, whatever their dependence.
    """
    order = np.argsort(p_C, kind="stable")
    factors = np.arange(len(p_C), 0, -1)
    corrected = np.empty_like(p_C)
    corrected[order] = np.minimum(np.maximum.accumulate(factors * p_C[order]), 1.0)
    return corrected


def benjamini_hochberg(p_C: Floats) -> Floats:
    """p-values that bound the share of false discoveries, by Benjamini and Hochberg (1995)."""
    return np.asarray(stats.false_discovery_control(p_C)) if len(p_C) else p_C


TESTS = {"t": t_test, "wilcoxon": wilcoxon}
CORRECTIONS = {"holm": holm, "bh": benjamini_hochberg}


def _p(test: Any, *arguments: Any) -> float:
    with warnings.catch_warnings():  # on equal differences, whose deviation is 0: p is then 0
        warnings.simplefilter("ignore", RuntimeWarning)
        return float(test(*arguments).pvalue)
