"""Results of a project made up for the tests of its site, with hostile texts in them."""

from typing import Any

import numpy as np
import pandas as pd

from arranged import arranged
from reporting.made_up import HOSTILE, curves, hostile_origin, item_graphs, ranks_of, world
from siger_pipeline.pipelines.report import nodes
from siger_pipeline.reporting.figures import groups
from siger_pipeline.reporting.rendering import as_json
from siger_pipeline.reporting.site.documents import (
    Comparison,
    DatasetResults,
    Lack,
    Row,
    StudyResults,
    TrialResults,
)

METRICS = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")
MODELS = ("siger", "mgcn", "lightgcn")
VERSION = "2026-11-01T10.00.00.000Z"
LONG = "siger+cooccurrence_k=10+item_layers=4+lambda_perturbation=0.005~a1b2c3"
FINGERPRINT = "sha256:0123456789"
COMMAND = "kedro run --env shop --params 'model=mgcn'"
DRAWN = {"data": [{"type": "bar", "x": [1, 2], "y": ["a", "b"], "orientation": "h"}], "layout": {}}


def figures(shift: float) -> dict[str, float]:
    return {name: shift + n / 100 for n, name in enumerate(METRICS)}


def origin(trial: str, model: str, **more: Any) -> dict[str, Any]:
    made_from = {
        "reads": ["interactions"],
        "features": {"text": {}},
        "graphs": {"knn-text-k5": {"recipe": "knn"}, "bipartite-loops": {"recipe": "bipartite"}},
    }
    fingerprints = {"features": {"text": "sha256:" + "ab" * 32}, "graphs": {}}
    own = {"trial": trial, "model": model, "fingerprints": fingerprints, "made_from": made_from}
    return {**hostile_origin(), **own, **more}


def whole_trial(name: str = "siger", model: str = "siger") -> TrialResults:
    tables, graphs = world(), item_graphs()
    items, lists = tables.pop("items"), tables.pop("recommendations")
    history, timings = (table.to_pandas() for table in curves(4))
    return TrialResults(
        name=name,
        version=VERSION,
        metrics={"test": figures(0.1), "validation": figures(0.2)},
        origin=origin(name, model),
        floors={"popularity": {"test": figures(0.05)}, HOSTILE[3]: {"test": figures(0.01)}},
        groups=group_rows(),
        history=history,
        timings=timings,
        missing={"text": (3, 30)},
        graphs=nodes.describe_graphs(arranged(**tables)[0], **graphs),
        lookup=nodes.look_up(items, **tables, recommendations=lists, **graphs),
        ranks=ranks_of(tables, lists),
        users=user_metrics(),
    )


def bare_trial(name: str, model: str, shift: float = 0.1, **more: Any) -> TrialResults:
    """As a study leaves it, without what the report stage makes."""
    return TrialResults(
        name=name,
        version=VERSION,
        metrics={"test": figures(shift), "validation": figures(shift)},
        origin=origin(name, model, **more),
        users=user_metrics(shift - 0.1),
        lacks=[Lack("graphs, ranks of held-out items, and users and items to look up", COMMAND)],
    )


def user_metrics(shift: float = 0.0) -> pd.DataFrame:
    """Of six users, by the main metrics."""
    draw = np.random.default_rng(3)
    users = pd.Index([f"{HOSTILE[n % 5]}-u{n}" for n in range(6)], name="user")
    return pd.DataFrame({m: draw.random(6) + shift for m in METRICS[1::2]}, index=users)


def group_rows() -> pd.DataFrame:
    rows = [
        ("test", by, name, 10, metric, 0.2)
        for by in ("user_activity", "item_popularity")
        for name in ("Q1 (1-3)", f"Q2 {HOSTILE[2]}")
        for metric in METRICS
    ]
    return pd.DataFrame(rows, columns=["split", "group_by", "group", "users", "metric", "value"])


def table(seeds: int = 2) -> pd.DataFrame:
    """Of a study of three models; the second one failed with its first seed."""
    rows = [
        {
            **{"dataset": "shop", "trial": f"{model}+seed={seed}", "model": model, "variant": ""},
            **{"seed": seed, "split": split, "metric": metric, "k": k},
            "value": 0.1 + n / 10 + seed / 100 + (0.5 if split == "validation" else 0.0),
            "paper": 0.15 if (model, metric, k) == ("siger", "recall", 20) else np.nan,
            **{"public_low": np.nan, "public_high": np.nan, "data": FINGERPRINT},
            **{"features": f"text: {HOSTILE[2]}", "device": "cpu", "version": "1"},
            **{"versions": "torch 2", "feature_hashes": "text: ab", "graph_hashes": ""},
            **{"seconds": 1234.5, "peak_mib": 99.0, "error": None},
        }
        for n, model in enumerate(MODELS)
        for seed in range(seeds)
        for split in ("test", "validation")
        for metric in ("recall", "ndcg")
        for k in (10, 20)
    ]
    failed = {"trial": "bm3", "model": "bm3", "variant": "", "error": f"train: {HOSTILE[0]}"}
    frame = pd.DataFrame([*rows, failed])
    return frame.astype({"seed": "Int64", "k": "Int64"})


def comparisons_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Comparisons with mgcn: one different, one a tie."""
    test = frame[frame["error"].isna() & (frame["split"] == "test")]
    means = test.groupby(["metric", "k", "model"])["value"].mean()
    rows = []
    for (metric, k, model), value in means.items():
        if model != "mgcn":
            baseline = means[(metric, k, "mgcn")]
            difference = value - baseline
            rows.append(
                {
                    **{"metric": metric, "k": k, "model": model, "variant": "", "value": value},
                    **{"baseline_model": "mgcn", "baseline_variant": "", "difference": difference},
                    **{"baseline_value": baseline, "low": difference - 0.02},
                    **{"high": difference + 0.02, "p_t": 0.01, "p_wilcoxon": 0.02},
                    **{"p_corrected": 0.03, "significant": model == "siger", "spread": 0.01},
                    **{"tie": model == "lightgcn", "users": 20, "seeds": 2, "baseline_seeds": 2},
                    **{"test": "t", "correction": "holm", "level": 0.05, "comparisons": 8},
                    "resamples": 10,
                }
            )
    return pd.DataFrame(rows)


def points() -> pd.DataFrame:
    """Of a sweep of one model: a complete point and a pruned one."""
    shared = {"dataset": "shop", "model": "siger", "metric": "recall@20", "seconds": 1.0}
    shared |= {"best_epoch": 2, "epochs": 3, "error": None, "data": "ab", "code": "cd"}
    shared |= {"trial": LONG, "parameters": '{"siger.beta": 0.1}', "command": COMMAND}
    rows = [
        {**shared, "point": n, "state": state, "value": 0.2 + n / 10}
        for n, state in enumerate(("complete", "pruned"))
    ]
    return pd.DataFrame(rows).astype({"best_epoch": "Int64"})


def coverage() -> pd.DataFrame:
    shared = {"variant": "", "graph": "knn-text-k5", "modality": "text", "features": "matrix"}
    rows = [
        {**shared, "data": FINGERPRINT, "item": str(n), "cooccurring": 5, "covered": n % 6}
        | {"weight": 2.0, "weight_covered": 1.0}
        for n in range(12)
    ]
    return pd.DataFrame(rows)


def studies() -> list[StudyResults]:
    frame = table()
    report = {"groups": group_rows().to_dict("records"), "provenance": origin("siger", "siger")}
    plot = as_json(groups(report, "user_activity", "users"))
    return [
        StudyResults("coverage", "Figure 1", VERSION, coverage()),
        StudyResults("sweep", f"A sweep {HOSTILE[2]}", VERSION, points()),
        StudyResults(
            "table1",
            HOSTILE[0],
            VERSION,
            frame,
            comparisons_of(frame),
            plots={"plot": plot, "differences": DRAWN},
            downloads={"table.csv": b"a,b\n", "plot.pdf": b"%PDF-"},
            lacks=[Lack(f"older than the table: {HOSTILE[2]}")],
        ),
    ]


def dataset(name: str = "shop") -> DatasetResults:
    trials = [whole_trial(), bare_trial("mgcn", "mgcn"), bare_trial(LONG, "siger", 0.3)]
    other = bare_trial("siger+split.seed=3", "siger", overrides={"split.seed": 3})
    rows = [Row(trial.name, trial.model, trial.metrics["test"]) for trial in trials]
    floors = [Row("popularity", "popularity", figures(0.05), floor=True)]
    return DatasetResults(
        name=name,
        comparisons=[
            Comparison([*rows, *floors]),
            Comparison([Row(other.name, "siger", figures(0.9))], "On another split"),
        ],
        trials={trial.name: trial for trial in (*trials, other)},
        studies=studies(),
        counts=pd.DataFrame(
            {"step": ["read"], "users": [1], "items": [2], "interactions": [3], "removed": [4]}
        ),
        published={"SIGER": {"recall@20": 0.106}, HOSTILE[2]: {"recall@20": 0.1}},
        unmeasured=["siger+beta=0.3"],
        left_out=[f"a study has no page {HOSTILE[2]}"],
    )
