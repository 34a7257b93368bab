from typing import Any

import pandas as pd
import pytest
from ibis.expr.types import Table

from reporting.made_up import in_duckdb

PAPER = pd.DataFrame(
    [
        ("table1", "baby", "LightGCN", "recall@20", 0.0754),
        ("table1", "baby", "LightGCN", "ndcg@20", 0.0328),
        ("table1", "baby", "DA-MRS", "recall@20", 0.0994),
        ("table1", "baby", "DA-MRS", "ndcg@20", 0.0435),
        ("table1", "sports", "LightGCN", "recall@20", 0.0864),
        ("table2", "baby", "SIGER/MP", "recall@20", 0.1034),
    ],
    columns=["source", "dataset", "model", "metric", "value"],
)


def figures(shift: float = 0.0) -> dict[str, float]:
    names = ("coverage", "gini", "map", "ndcg", "novelty", "precision", "recall")
    return {f"{name}@{k}": 0.05 + shift + n / 100 for n, name in enumerate(names) for k in (20, 5)}


@pytest.fixture
def paper() -> Table:
    numbered = PAPER.astype(str).assign(line_number=range(2, 2 + len(PAPER)), file="tables.csv")
    return in_duckdb(numbered)


@pytest.fixture
def metrics() -> dict[str, dict[str, float]]:
    return {"test": figures(), "validation": figures(0.1)}


@pytest.fixture
def groups() -> pd.DataFrame:
    rows = [
        (split, group_by, group, 1500, metric, value)
        for split, value in (("test", 0.125), ("validation", 0.9))
        for group_by, group in (("user_activity", "Q1 (3-5)"), ("item_popularity", "Q1 (0-9)"))
        for metric in ("recall@20", "ndcg@20")
    ]
    return pd.DataFrame(rows, columns=["split", "group_by", "group", "users", "metric", "value"])


@pytest.fixture
def history() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "epoch": [1, 2, 3, 4],
            "loss": [1.5, 1.2, 1.1, 1.0],
            "loss_bpr": [1.0, 0.8, 0.75, 0.7],
            "loss_modality": [0.5, 0.4, 0.35, 0.3],
            "recall@20": [0.02, 0.05, 0.04, 0.045],
            "best": [True, True, False, False],
        }
    )


@pytest.fixture
def timings() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "epoch": [1, 2, 3, 4],
            "seconds_train": [60.0, 1.0, 1.0, 2.0],
            "seconds_validation": [0.5, 0.5, 0.5, 0.5],
        }
    )


@pytest.fixture
def trial() -> dict[str, Any]:
    return {"name": "da_mrs", "overrides": {}, "floors": "baby"}


@pytest.fixture
def parameters() -> dict[str, Any]:
    return {
        "model": "da_mrs",
        "dataset": "baby",
        "ingest": {"source": "mmrec"},
        "split": {"strategy": "published", "seed": 7},
        "features": {"modalities": {"text": "matrix", "image": None}, "missing": "zero"},
        "train": {"seed": 999, "device": "cpu"},
        "report": {"features_note": "rebuilt features", "paper_note": ""},
        "da_mrs": {"layers": 2},
    }
