"""Models and variants against a baseline, user by user."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from siger_pipeline.errors import InputError
from siger_pipeline.studies import sums
from siger_pipeline.studies.comparisons import (
    COLUMNS,
    baseline_of,
    compared_metrics,
    comparison_table,
    rows_of,
)
from siger_pipeline.studies.config import SignificanceConfig

USERS = [f"u{n}" for n in range(60)]
METRICS = ["recall@20", "ndcg@20"]
CONFIG = SignificanceConfig(resamples=200)


def scores(
    at_test: float, at_validation: float, seed: int, users: list[str] = USERS
) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return pd.concat(
        pd.DataFrame(
            {
                "user": users,
                "split": split,
                "recall@20": np.clip(draw.normal(mean, 0.05, len(users)), 0, 1),
                "ndcg@20": np.clip(draw.normal(mean / 2, 0.05, len(users)), 0, 1),
            }
        )
        for split, mean in (("validation", at_validation), ("test", at_test))
    )


TRIALS = [
    {"trial": "ease", "model": "ease", "variant": ""},
    {"trial": "siger", "model": "siger", "variant": "full"},
    {"trial": "siger+seed=1", "model": "siger", "variant": "full"},
    {"trial": "siger+beta=0", "model": "siger", "variant": "−EISG"},
]


@pytest.fixture
def frames() -> list[pd.DataFrame]:
    return [scores(0.4, 0.3, 1), scores(0.5, 0.2, 2), scores(0.52, 0.2, 3), scores(0.3, 0.1, 4)]


def table(frames: list[pd.DataFrame], **config: Any) -> pd.DataFrame:
    tests = SignificanceConfig(resamples=200, **config)
    return comparison_table(rows_of(TRIALS, iter(frames), METRICS), METRICS, tests)


def at_test(frame: pd.DataFrame, metric: str = "recall@20") -> np.ndarray:
    return frame.loc[frame["split"] == "test", metric].to_numpy()


def test_every_row_but_the_baseline_for_each_metric(frames: list[pd.DataFrame]) -> None:
    found = table(frames, baseline="siger")
    assert tuple(found.columns) == COLUMNS
    assert found[["metric", "model", "variant"]].to_numpy().tolist() == [
        [metric, model, variant]
        for metric in ("recall", "ndcg")
        for model, variant in (("ease", ""), ("siger", "−EISG"))
    ]
    assert set(found["comparisons"]) == {4}
    assert set(found["users"]) == {len(USERS)}


def test_a_difference_is_of_each_users_means_over_the_seeds(frames: list[pd.DataFrame]) -> None:
    one = table(frames, baseline="full").iloc[0]
    of_users = [
        float(ease - (first + second) / 2)
        for ease, first, second in zip(*map(at_test, frames[:3]), strict=True)
    ]
    assert one["difference"] == pytest.approx(np.mean(of_users), rel=1e-12)
    assert one["difference"] == pytest.approx(one["value"] - one["baseline_value"], rel=1e-12)
    assert one["p_t"] == pytest.approx(stats.ttest_1samp(of_users, 0).pvalue, rel=1e-10)
    assert one["p_wilcoxon"] == pytest.approx(stats.wilcoxon(of_users).pvalue, rel=1e-10)
    assert one["low"] < one["difference"] < one["high"] < 0
    assert (one["seeds"], one["baseline_seeds"]) == (1, 2)


def test_seeds_are_averaged_whatever_their_number(frames: list[pd.DataFrame]) -> None:
    (row,) = rows_of(TRIALS[1:2] * 3, iter(frames[:3]), METRICS)
    expected = np.mean([at_test(frame) for frame in frames[:3]], axis=0)
    np.testing.assert_allclose(row.users["test"][:, 0], expected, rtol=1e-12)
    means = [at_test(frame).mean() for frame in frames[:3]]
    assert row.deviation(0) == pytest.approx(np.std(means, ddof=1), rel=1e-12)


def test_the_best_is_chosen_by_validation_and_test_chooses_nothing(
    frames: list[pd.DataFrame],
) -> None:
    rows = rows_of(TRIALS, iter(frames), METRICS)
    assert baseline_of(rows, 0, "best").model == "ease"  # though siger is better at test
    poisoned = [frame.copy() for frame in frames]
    for frame in poisoned:
        of_test = frame["split"] == "test"
        frame.loc[of_test, METRICS] = 1 - frame.loc[of_test, METRICS]
    assert baseline_of(rows_of(TRIALS, iter(poisoned), METRICS), 0, "best").model == "ease"


def test_the_test_of_choice_is_corrected_over_all_comparisons(frames: list[pd.DataFrame]) -> None:
    for test, correction in (("t", "holm"), ("wilcoxon", "bh")):
        found = table(frames, test=test, correction=correction)
        p = found[f"p_{test}"].to_numpy()
        expected = stats.false_discovery_control(p)
        if correction == "holm":
            order = np.argsort(p)
            steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
            expected = np.minimum(1, steps)[np.argsort(order)]
        np.testing.assert_allclose(found["p_corrected"], expected, rtol=1e-12)
        assert found["significant"].tolist() == (expected < 0.05).tolist()


def test_a_gap_within_the_seeds_spread_is_a_tie(frames: list[pd.DataFrame]) -> None:
    frames[1], frames[2] = scores(0.3, 0.2, 2), scores(0.5, 0.2, 3)  # mean .4, as ease
    found = table(frames, baseline="ease").set_index(["metric", "model", "variant"])
    near = found.loc[("recall", "siger", "full")]
    means = [at_test(frame).mean() for frame in frames[1:3]]
    assert near["spread"] == pytest.approx(np.std(means, ddof=1), rel=1e-12)
    assert near["tie"]
    far = found.loc[("recall", "siger", "−EISG")]
    assert (far["spread"], far["tie"]) == (0.0, False)


def test_the_other_way_round_only_the_sign_changes(frames: list[pd.DataFrame]) -> None:
    pair, trials = frames[:2], TRIALS[:2]
    there, back = (
        comparison_table(
            rows_of(trials, iter(pair), METRICS), METRICS, CONFIG.model_copy(update={"baseline": b})
        )
        for b in ("ease", "siger")
    )
    for name in ("p_t", "p_wilcoxon", "p_corrected"):
        np.testing.assert_allclose(there[name], back[name], rtol=1e-12)
    np.testing.assert_allclose(there["difference"], -back["difference"], rtol=1e-12)
    np.testing.assert_allclose(there[["low", "high"]], -back[["high", "low"]], rtol=1e-9)


def test_users_in_another_order_change_no_figure(frames: list[pd.DataFrame]) -> None:
    mixed = [frame.groupby("split", sort=False).apply(lambda f: f.iloc[::-1]) for frame in frames]
    found, other = table(frames), table([f.reset_index(level=0) for f in mixed])
    for name in ("difference", "p_t", "p_wilcoxon", "p_corrected", "spread"):
        np.testing.assert_allclose(found[name], other[name], rtol=1e-9, atol=1e-15)


def test_trials_on_other_users_cannot_be_paired(frames: list[pd.DataFrame]) -> None:
    frames[3] = scores(0.3, 0.1, 4, USERS[:-1])
    with pytest.raises(InputError, match=r"ease and siger\+beta=0 .*other validation users \(60"):
        table(frames)


def test_one_table_of_users_is_in_memory_at_a_time() -> None:
    alive = []

    def one_by_one() -> Iterator[pd.DataFrame]:
        for seed in range(4):
            alive.append(seed)
            yield scores(0.3, 0.1, seed)
            alive.remove(seed)
            assert not alive

    rows_of(TRIALS, one_by_one(), METRICS)


def test_only_measured_metrics_are_compared() -> None:
    assert compared_metrics(["user", "split", "recall@5", "ndcg@20", "recall@10"]) == [
        "recall@10",
        "ndcg@20",
    ]


def test_sums_are_compared_and_are_no_baseline_unless_named(frames: list[pd.DataFrame]) -> None:
    frames[1] = scores(0.5, 0.9, 2)  # the best at validation, as a sum always is
    frames[3] = scores(0.5, 0.8, 4)
    corrected = sums.corrected(TRIALS[0], "itemknn")
    fusion = {"trials": ["ease", "siger"], "weights": [1.0, 0.5]}
    trials = [TRIALS[0], corrected, {**TRIALS[2], "variant": "full"}, sums.summed(fusion)]
    rows = rows_of(trials, iter(frames), METRICS)
    assert [row.is_sum for row in rows] == [False, True, False, True]
    found = comparison_table(rows, METRICS, CONFIG)
    assert set(found["baseline_model"]) == {"ease"}
    assert set(found["baseline_variant"]) == {""}
    of_recall = found[found["metric"] == "recall"][["model", "variant"]].to_numpy().tolist()
    assert of_recall == [
        ["ease", "calibrated by itemknn"],
        ["siger", "full"],
        ["fusion", "1 · ease + 0.5 · siger"],
    ]
    assert set(found["comparisons"]) == {6}
    p = stats.ttest_rel(at_test(frames[3]), at_test(frames[0])).pvalue
    assert found["p_t"][2] == pytest.approx(p, rel=1e-10)
    assert baseline_of(rows, 0, "fusion").is_sum
    assert baseline_of(rows, 0, "calibrated by itemknn") is rows[1]
