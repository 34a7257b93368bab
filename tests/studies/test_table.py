"""The table of a study: tidy, and summed up for people."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from siger_pipeline.studies.table import (
    CALIBRATED,
    COLUMNS,
    Measured,
    as_latex,
    as_markdown,
    fusion_note,
    fusion_row,
    summary,
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
    "versions": {"siger-pipeline": "1"},
}


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


def test_a_summary_over_seeds(table: pd.DataFrame) -> None:
    assert summary(table).to_dict("records") == [
        {"model": "siger", "variant": "full", "seeds": 2, "recall@20": "0.1500 ± 0.0707"},
        {"model": "siger", "variant": "−MP & more_1", "seeds": 1, "recall@20": "0.0500"},
    ]


def test_a_trial_without_a_seed_has_none_in_the_table() -> None:
    row = {"trial": "ease", "model": "ease", "variant": "", "seed": None}
    table = tidy_table([Measured(each, metrics(0.1), ORIGIN) for each in (row, trial("", 3))])
    assert table["seed"].isna().sum() == 3
    assert summary(table)["seeds"].tolist() == ["–", 1]


def test_the_summary_in_markdown_and_latex(table: pd.DataFrame) -> None:
    rows = summary(table)
    assert as_markdown(rows, "mine | yours").splitlines()[:5] == [
        "# mine | yours",
        "",
        "| model | variant | seeds | recall@20 |",
        "| --- | --- | --- | --- |",
        "| siger | full | 2 | 0.1500 ± 0.0707 |",
    ]
    latex = as_latex(rows)
    assert r"siger & $-$MP \& more\_1 & 1 & 0.0500 \\" in latex
    assert latex.startswith("\\begin{tabular}{llrr}\n\\toprule\n")


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
    assert summary(table).to_dict("records") == [
        {
            "model": "siger",
            "variant": "full",
            "seeds": 2,
            "recall@20": "0.1500 ± 0.0707",
            "recall@20 calibrated": "0.3000 ± 0.0000",
        },
        {
            "model": "siger",
            "variant": "−MP & more_1",
            "seeds": 1,
            "recall@20": "0.0500",
            "recall@20 calibrated": "–",
        },
    ]


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
    assert summary(table).to_dict("records")[-1] == {
        "model": "fusion",
        "variant": "1 · siger + 0.3 · vbpr",
        "seeds": "–",
        "recall@20": "0.4000",
    }


def test_a_weight_at_the_end_of_its_grid_is_told_below_the_table() -> None:
    assert fusion_note({**FUSION, "at_end": []}) == ""
    note = fusion_note({**FUSION, "at_end": ["vbpr"]})
    assert note == (
        "In the fusion, the weight of vbpr is the largest of fusion.weights of the study: widen it."
    )
    rows = summary(tidy_table(TRIALS))
    assert as_markdown(rows, "Title", note) == as_markdown(rows, "Title") + f"\n{note}\n"


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
