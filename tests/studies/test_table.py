"""The table of a study: tidy, with where each figure comes from."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from siger_pipeline.studies.published import PublishedFigures
from siger_pipeline.studies.summary import written
from siger_pipeline.studies.table import (
    CALIBRATED,
    COLUMNS,
    Measured,
    fusion_note,
    fusion_row,
    tidy_table,
)


def trial(variant: str, seed: int) -> dict[str, Any]:
    return {"trial": f"siger+seed={seed}", "model": "siger", "variant": variant, "seed": seed}


def metrics(recall: float) -> dict[str, dict[str, float]]:
    return {"test": {"recall@20": recall, "coverage": 0.5}, "validation": {"recall@20": 0.3}}


ORIGIN = {
    "dataset": "shop",
    "data": {"fingerprint": "sha256:1"},
    "features": {"text": "tfidf_svd"},
    "device": "cpu",
    "versions": {"python": "3", "siger-pipeline": "1"},
    "overrides": {},
    "fingerprints": {
        "features": {"text": "sha256:0123456789abcdef"},
        "graphs": {"knn-text-k10": "sha256:ffffffffffffffff"},
    },
}
TIMINGS = pd.DataFrame(
    {
        "epoch": [1, 2],
        "seconds_train": [3.0, 2.0],
        "seconds_validation": [0.5, 0.25],
        "peak_mib": [100.0, 90.0],
    }
)


TRIALS = [
    Measured(trial("full", 1), metrics(0.1), ORIGIN),
    Measured(trial("full", 2), metrics(0.2), ORIGIN),
    Measured(trial("−MP & more_1", 1), metrics(0.05), ORIGIN),
]


@pytest.fixture
def table() -> pd.DataFrame:
    return tidy_table(TRIALS)


def test_a_row_a_trial_split_and_metric(table: pd.DataFrame) -> None:
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 9
    first = table.iloc[0]
    assert (first["dataset"], first["trial"], first["seed"]) == ("shop", "siger+seed=1", 1)
    assert (first["split"], first["metric"], first["k"], first["value"]) == (
        "test",
        "recall",
        20,
        0.1,
    )
    assert (first["data"], first["features"]) == ("sha256:1", "text: tfidf_svd")
    assert pd.isna(table.iloc[1]["k"])
    assert (first["feature_hashes"], first["graph_hashes"]) == (
        "text: 0123456789ab",
        "knn-text-k10: ffffffffffff",
    )
    assert first["versions"] == "python 3, siger-pipeline 1"


def test_time_and_memory_of_a_training() -> None:
    table = tidy_table([replace(TRIALS[0], timings=TIMINGS), TRIALS[1]])
    of_first = table["trial"] == "siger+seed=1"
    assert table.loc[of_first, ["seconds", "peak_mib"]].drop_duplicates().to_numpy().tolist() == [
        [5.75, 100.0]
    ]
    assert table.loc[~of_first, ["seconds", "peak_mib"]].isna().all(axis=None)


def test_published_figures_stand_beside_rows_at_test_on_the_same_split() -> None:
    published = PublishedFigures({"SIGER": {"recall@20": 0.106}}, {"SIGER": {"recall@20": [0.1]}})
    of_another_split = {**ORIGIN, "overrides": {"split.strategy": "temporal_global"}}
    trials = [Measured(trial("", 1), metrics(0.1), o) for o in (ORIGIN, of_another_split)]
    table = tidy_table(trials, published)
    known = table[table["paper"].notna()]
    assert known.index.tolist() == [0]
    assert known[["split", "metric", "k"]].iloc[0].tolist() == ["test", "recall", 20]
    assert known[["paper", "public_low", "public_high"]].iloc[0].tolist() == [0.106, 0.1, 0.106]
    assert table[["public_low", "public_high"]].notna().sum().tolist() == [1, 1]


def test_a_trial_without_a_seed_has_none_in_the_table() -> None:
    row = {"trial": "ease", "model": "ease", "variant": "", "seed": None}
    table = tidy_table([Measured(each, metrics(0.1), ORIGIN) for each in (row, trial("", 3))])
    assert table["seed"].isna().sum() == 3


def test_figures_with_a_corrector_stand_in_columns_of_their_own() -> None:
    read = {"text": {"extractor": "tfidf_svd", "missing": "zero"}}
    made = {"corrector": "ease_text", "weight": 0.6, "calibrated": metrics(0.3), "features": read}
    table = tidy_table([*(replace(each, calibration=made) for each in TRIALS[:2]), TRIALS[2]])
    assert tuple(table.columns) == (*COLUMNS, *CALIBRATED)
    assert table.iloc[0][["value", *CALIBRATED]].tolist() == [
        0.1,
        "ease_text",
        "text: tfidf_svd",
        0.6,
        0.3,
    ]
    assert table.iloc[-1][list(CALIBRATED)].isna().all()


FUSION = {
    "trials": ["siger", "lightgcn", "vbpr"],
    "weights": [1.0, 0.0, 0.3],
    "metrics": metrics(0.4),
}


def test_a_fusion_is_one_more_row() -> None:
    table = tidy_table([*TRIALS, fusion_row(FUSION, TRIALS)])
    assert len(table) == 12
    last = table.iloc[-1]
    assert (last["trial"], last["data"], last["dataset"]) == ("fusion", "sha256:1", "shop")
    assert pd.isna(last["seed"])
    assert last["variant"] == "1 · siger + 0.3 · vbpr"


def test_a_weight_at_the_end_of_its_grid_is_told_below_the_table() -> None:
    assert fusion_note({**FUSION, "at_end": []}) == ""
    note = fusion_note({**FUSION, "at_end": ["vbpr"]})
    assert note == (
        "In the fusion, the weight of vbpr is the largest of fusion.weights of the study: widen it."
    )
    markdown, _ = written(tidy_table(TRIALS), None, "Title", note)
    assert markdown.endswith(f" {note}\n")


def test_a_fusion_has_the_features_of_what_was_added_up() -> None:
    read = [
        ("lightgcn", {"audio": "matrix"}),
        ("siger", {}),
        ("vbpr", {"text": "tfidf_svd", "image": "picture"}),
        ("vbpr+seed=1", {"text": "matrix"}),
    ]
    trials = [
        Measured({"trial": name}, metrics(0.1), {**ORIGIN, "features": features})
        for name, features in read
    ]
    names = ["siger", "lightgcn", "vbpr", "vbpr+seed=1"]
    fused = {**FUSION, "trials": names, "weights": [1.0, 0.0, 0.3, 0.1]}
    table = tidy_table([fusion_row(fused, trials)])
    assert table["features"].unique().tolist() == ["text: tfidf_svd / matrix, image: picture"]
    assert table["graph_hashes"].unique().tolist() == ["knn-text-k10: ffffffffffff"]
