"""The table of a study: tidy, with where each figure comes from."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from siger_pipeline.studies.measured import (
    Measured,
    calibration_note,
    fusion_note,
    of_calibrated,
    of_fusion,
)
from siger_pipeline.studies.published import PublishedFigures
from siger_pipeline.studies.summary import written
from siger_pipeline.studies.sums import corrected
from siger_pipeline.studies.table import CALIBRATED, COLUMNS, tidy_table


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
    table = tidy_table([replace(TRIALS[0], timings=[TIMINGS]), TRIALS[1]])
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


OF_CORRECTOR = {
    "features": {"audio": "matrix"},
    "device": "cuda",
    "versions": {"python": "3", "siger-pipeline": "2"},
    "fingerprints": {"features": {"audio": "sha256:aaaaaaaaaaaaaaaa"}, "graphs": {}},
}
MADE = {"weight": 0.6, "calibrated": metrics(0.3), "at_end": False}
STEP = pd.DataFrame({"seconds": [1.5], "peak_mib": [120.0]})


def calibrated(of: Measured) -> Measured:
    said = corrected(of.trial, "ease_text")
    return of_calibrated(said, of.origin, MADE, OF_CORRECTOR, TIMINGS, STEP)


def test_a_trial_with_a_corrector_is_a_row_with_what_both_read_and_took() -> None:
    table = tidy_table([*TRIALS[:2], calibrated(TRIALS[0])])
    assert tuple(table.columns) == (*COLUMNS, *CALIBRATED)
    own, row = table[table["corrector"].isna()].iloc[0], table[table["corrector"].notna()].iloc[0]
    assert (own["value"], row["value"]) == (0.1, 0.3)
    same = ["dataset", "trial", "model", "seed", "split", "metric", "k", "data"]
    assert row[same].tolist() == own[same].tolist()
    assert row[["variant", *CALIBRATED]].tolist() == [
        "full, calibrated by ease_text",
        "ease_text",
        0.6,
    ]
    assert row["features"] == "text: tfidf_svd, audio: matrix"
    assert row["feature_hashes"] == "text: 0123456789ab, audio: aaaaaaaaaaaa"
    assert (row["device"], row["version"]) == ("cpu / cuda", "1 / 2")
    assert row["versions"] == "python 3, siger-pipeline 1 / 2"
    assert (row["seconds"], row["peak_mib"]) == (3.0 + 2 + 0.5 + 0.25 + 1.5, 120.0)


def test_a_variant_without_a_name_is_named_after_its_corrector() -> None:
    assert corrected(trial("", 1), "itemknn")["variant"] == "calibrated by itemknn"


def test_published_figures_are_of_models_by_themselves() -> None:
    published = PublishedFigures({"SIGER": {"recall@20": 0.106}}, {})
    plain = Measured(trial("", 1), metrics(0.1), ORIGIN)
    table = tidy_table([plain, calibrated(plain)], published)
    assert table["paper"].notna().tolist() == [True, *[False] * 5]


def test_a_corrector_whose_weight_is_at_the_end_of_its_grid_is_told() -> None:
    said = corrected(trial("", 1), "itemknn")
    assert calibration_note(said, MADE) == ""
    assert calibration_note(said, {**MADE, "at_end": True}) == (
        "The weight of itemknn beside siger+seed=1 is the largest of calibration.weights: widen it."
    )


FUSION = {
    "trials": ["siger+seed=1", "lightgcn", "siger+seed=2"],
    "weights": [1.0, 0.0, 0.3],
    "metrics": metrics(0.4),
}


def fused(fusion: dict[str, Any] = FUSION, trials: list[Measured] = TRIALS) -> Measured:
    names = [str(each.trial["trial"]) for each in trials]
    return of_fusion(fusion, STEP, names, [each.origin for each in trials])


def test_a_fusion_is_one_more_row() -> None:
    table = tidy_table([*TRIALS, fused()])
    assert len(table) == 12
    last = table.iloc[-1]
    assert (last["trial"], last["data"], last["dataset"]) == ("fusion", "sha256:1", "shop")
    assert pd.isna(last["seed"])
    assert last["variant"] == "1 · siger+seed=1 + 0.3 · siger+seed=2"
    assert (last["seconds"], last["peak_mib"]) == (1.5, 120.0)


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
    fusion = {**FUSION, "trials": names, "weights": [1.0, 0.0, 0.3, 0.1]}
    table = tidy_table([fused(fusion, trials)])
    assert table["features"].unique().tolist() == ["text: tfidf_svd / matrix, image: picture"]
    assert table["graph_hashes"].unique().tolist() == ["knn-text-k10: ffffffffffff"]
