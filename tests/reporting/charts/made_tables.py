"""Tables of studies, made up: every shape that a study can have."""

from typing import Any

import numpy as np
import pandas as pd

from siger_pipeline.studies import measured as rows_of
from siger_pipeline.studies.comparisons import Row, comparison_table
from siger_pipeline.studies.config import SignificanceConfig
from siger_pipeline.studies.failed import FailedTrial, with_failed
from siger_pipeline.studies.groups import with_groups
from siger_pipeline.studies.measured import Measured
from siger_pipeline.studies.published import PublishedFigures
from siger_pipeline.studies.search import COMPLETE, FAILED, PRUNED
from siger_pipeline.studies.sums import corrected
from siger_pipeline.studies.sweep_table import Outcome, sweep_table
from siger_pipeline.studies.table import tidy_table

ORIGIN = {
    "dataset": "shop",
    "data": {"fingerprint": "sha256:1"},
    "features": {"text": "tfidf_svd"},
    "device": "cpu",
    "versions": {"python": "3", "siger-pipeline": "1"},
    "overrides": {},
    "fingerprints": {"features": {}, "graphs": {}},
}
PAPER = PublishedFigures(
    {"SIGER": {"recall@20": 0.30}, "BM3": {"recall@20": 0.10}, "SIGER[K=2]": {"recall@20": 0.25}},
    {"BM3": {"recall@20": [0.08, 0.14]}, "MF-BPR": {"recall@20": [0.05, 0.05]}},
)
METRICS = ("recall@20", "ndcg@20", "recall@10", "ndcg@10", "coverage@20", "novelty")
TOOK = pd.DataFrame({"seconds": [1.0], "peak_mib": [9.0]})
K, LAYERS = "siger.cooccurrence_k", "siger.item_layers"


def measured(
    model: str, value: float, variant: str = "", seed: int | None = 1, **more: Any
) -> Measured:
    """A trial whose metrics at test are fractions of one value."""
    name = "+".join(filter(None, [model, variant, f"seed={seed}" if seed else ""]))
    said = {"trial": name, "model": model, "variant": variant, "seed": seed}
    values = {metric: value / (n + 1) for n, metric in enumerate(METRICS)}
    figures = {"validation": dict.fromkeys(METRICS, 0.9), "test": values}
    return Measured(said, figures, ORIGIN, **more)


def of_models() -> pd.DataFrame:
    """Models, two of them with several seeds, beside published figures."""
    seeds = [measured("siger", 0.25 + seed / 100, seed=seed) for seed in (1, 2, 4)]
    others = [measured("bm3", 0.12), measured("mf_bpr", 0.04), measured("siger_more", 0.5)]
    return tidy_table([others[0], *seeds, *others[1:]], PAPER)


def of_variants() -> pd.DataFrame:
    """One model under several variants, one of which has failed."""
    good = [measured("siger", 0.2, "SIGER"), measured("siger", 0.3, "−MP"), measured("siger", 0.1)]
    said = {"trial": "siger+beta=0", "model": "siger", "variant": "−EISG", "seed": 1}
    return with_failed(tidy_table(good, PAPER), [FailedTrial(said, "train.siger: loss is nan")])


def of_pairs() -> pd.DataFrame:
    """Models under two variants, a model that has the first one alone, and groups."""
    pairs = [("siger", 0.2), ("freedom", 0.3)]
    trials = [measured(m, v - n / 10, ("all", "cold")[n]) for m, v in pairs for n in range(2)]
    trials.append(measured("lightgcn", 0.25, "all"))
    frames = [
        _groups(n / 10, cold="cold" in trial.trial["trial"]) for n, trial in enumerate(trials)
    ]
    return with_groups(
        tidy_table(trials),
        list(zip(trials, frames, strict=True)),
        ("user_activity Q1", "cold_items among all"),
    )


def _groups(value: float, *, cold: bool) -> pd.DataFrame:
    names = [("user_activity", "Q1 (1–2)"), *([("cold_items", "among all")] if cold else [])]
    rows = [
        {"split": "test", "group_by": by, "group": group, "users": 5, "metric": m, "value": value}
        for by, group in names
        for m in METRICS
    ]
    return pd.DataFrame(rows)


def of_knockouts() -> pd.DataFrame:
    """Two models under four variants."""
    variants = ("as it is", "text: noise", "text: zeros", "image: noise")
    models = ("siger", "freedom")
    return tidy_table(
        [
            measured(m, (9 - i - 4 * n) / 10, v)
            for n, m in enumerate(models)
            for i, v in enumerate(variants)
        ]
    )


def of_parameters() -> tuple[pd.DataFrame, dict[str, Any]]:
    """One model, two parameters one at a time; LightGCN has neither."""
    shapes = [("as configured", 5, 2), (f"{K}=10", 10, 2), (f"{K}=2", 2, 2), (f"{LAYERS}=1", 5, 1)]
    trials = [
        measured("siger", 0.2 + k / 100 + seed / 50 - layers / 40, variant, seed)
        for variant, k, layers in shapes
        for seed in (1, 2)
    ]
    names = [
        (trial.trial["trial"], place)
        for trial, place in zip(trials, [0, 0, 1, 1, 2, 2, 3, 3], strict=True)
    ]
    varied = {
        K: {"values": {n: shapes[p][1] for n, p in names}, "configured": 5},
        LAYERS: {"values": {n: shapes[p][2] for n, p in names}, "configured": 2},
    }
    other = measured("lightgcn", 0.15, "as configured")
    return tidy_table([*trials, other], PAPER), varied


def of_fusion() -> pd.DataFrame:
    """Two models and their sum."""
    trials = [measured("siger", 0.2), measured("ease", 0.3, seed=None)]
    names = [trial.trial["trial"] for trial in trials]
    fusion = {"trials": names, "weights": [1, 0.5], "metrics": {"test": {"recall@20": 0.4}}}
    return tidy_table([*trials, rows_of.of_fusion(fusion, TOOK, names, [ORIGIN, ORIGIN])])


def calibrated(trial: Measured, corrector: str, value: float) -> Measured:
    """The same trial with a corrector."""
    again = measured("", value)
    return Measured(corrected(trial.trial, corrector), again.metrics, ORIGIN, weight=0.5)


def of_calibration() -> pd.DataFrame:
    """Three models with a corrector; one failed with it, and one by itself."""
    trials = [measured("siger", 0.2), measured("ease", 0.3), measured("bm3", 0.1)]
    rows = [
        *trials[:2],
        calibrated(trials[0], "itemknn", 0.35),
        calibrated(trials[2], "itemknn", 0.4),
    ]
    failed = [
        FailedTrial(corrected(trials[1].trial, "itemknn"), "x"),
        FailedTrial(trials[2].trial, "x"),
    ]
    return with_failed(tidy_table(rows, PAPER), failed)


def of_correctors() -> pd.DataFrame:
    """Two models under two variants, each with two correctors, with a group."""
    shapes = [
        ("siger", "SIGER", 0.3),
        ("siger", "−MP", 0.2),
        ("mgcn", "SIGER", 0.4),
        ("mgcn", "−MP", 0.1),
    ]
    trials = [measured(model, value, variant) for model, variant, value in shapes]
    again = [
        calibrated(trial, name, value + more)
        for trial, (_, _, value) in zip(trials, shapes, strict=True)
        for name, more in (("itemknn", 0.05), ("ease_text", -0.01))
    ]
    frames = [_groups(n / 10, cold=False) for n in range(len(trials))]
    groups = list(zip(trials, frames, strict=True))
    return with_groups(tidy_table([*trials, *again]), groups, ("user_activity Q1",))


def differences() -> pd.DataFrame:
    """Rows that differ from the baseline, tie with it, and are not shown to differ."""
    draw = np.random.default_rng(0)
    base = draw.random((60, 2))
    noise = draw.normal(size=(60, 2))

    def row(model: str, users: np.ndarray, spread: float) -> Row:
        seeds = np.stack([users.mean(axis=0) - spread, users.mean(axis=0) + spread])
        return Row(model, "", dict.fromkeys(("validation", "test"), users), {"test": seeds})

    rows = [
        row("lightgcn", base, 0.0),
        row("bm3", base + 0.02 * noise, 0.0),
        row("ease", base + 0.3 + 0.1 * noise, 0.0),
        row("siger", base + 0.1 + 0.01 * noise, 0.5),
    ]
    config = SignificanceConfig(baseline="lightgcn", resamples=200)
    return comparison_table(rows, ["recall@20", "ndcg@20"], config)


def of_sweep() -> pd.DataFrame:
    """Points of two models in every state."""
    shapes = {
        "siger": [
            (COMPLETE, 0.2),
            (PRUNED, 0.1),
            (COMPLETE, 0.15),
            (COMPLETE, 0.3),
            (FAILED, None),
        ],
        "ease": [(FAILED, None), (COMPLETE, 0.4)],
    }
    points = [
        {"dataset": "shop", "model": model, "point": n, "state": state, "trial": f"{model}{n}"}
        | {"parameters": {}, "metric": "recall@20", "error": None, "data": "", "code": ""}
        | {"command": ""}
        for model, states in shapes.items()
        for n, (state, _) in enumerate(states, start=1)
    ]
    values = [value for states in shapes.values() for _, value in states]
    return sweep_table(points, [Outcome(value, 1, 1, 1.0) for value in values])


def of_coverage() -> pd.DataFrame:
    """Two graphs of six items, one of which has no co-occurring ones."""
    parts = [
        pd.DataFrame(
            {
                **{"dataset": "shop", "trial": "siger", "variant": "", "graph": f"knn-{name}-k5"},
                **{"modality": name, "features": "hashing", "item": [f"i{n}" for n in range(6)]},
                **{"cooccurring": [0, 1, 2, 2, 2, 1], "covered": covered},
            }
        )
        for name, covered in (("text", [0, 1, 2, 0, 2, 0]), ("image", [0, 0, 0, 1, 0, 0]))
    ]
    return pd.concat(parts, ignore_index=True)
