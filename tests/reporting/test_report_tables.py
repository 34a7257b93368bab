import json
from typing import Any

import pandas as pd
import pytest
from ibis.expr.types import Table

from siger_pipeline.reporting.calibrated import labelled
from siger_pipeline.reporting.markdown import markdown, table
from siger_pipeline.reporting.paper import published_figures
from siger_pipeline.reporting.provenance import Run, provenance
from siger_pipeline.reporting.summary import summarise, training_summary
from siger_pipeline.reporting.tables import tiles


@pytest.fixture
def report(
    metrics: dict[str, dict[str, float]],
    groups: pd.DataFrame,
    history: pd.DataFrame,
    timings: pd.DataFrame,
    paper: Table,
    trial: dict[str, Any],
    parameters: dict[str, Any],
) -> dict[str, Any]:
    splits = pd.DataFrame({"user_id": [0], "item_id": [0], "split": ["train"]})
    run = Run("da_mrs", "cpu", [2], trial, parameters, (), {})
    return summarise(
        metrics,
        groups,
        {"popularity": {"test": {**metrics["test"], "recall@20": 0.02}}, "random": metrics},
        history=history,
        timings=timings,
        published=published_figures(paper, "baby"),
        paper_note="MARK: other data",
        provenance=provenance(run, splits, 1234, 56),
        missing={"text": (3, 56), "image": (0, 56), "audio": (56, 56)},
    )


def row(text: str, label: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.startswith(f"| {label} ")]
    assert len(lines) == 1, f"{label}: {lines}"
    return [cell.strip() for cell in lines[0].strip("|").split("|")][1:]


def test_the_document_is_json(report: dict[str, Any]) -> None:
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["training"] == {
        "epochs": 4,
        "best_epoch": 2,
        "seconds_train": 1.5,
        "seconds_validation": 0.5,
    }


def test_results_stand_beside_floors_and_the_paper(report: dict[str, Any]) -> None:
    text = markdown(report)
    results = text.split("## Results")[1].split("\n## ")[0]
    assert row(results, "") == ["recall@20", "ndcg@20"]
    assert row(results, "**da_mrs**, test") == ["0.1100", "0.0800"]
    assert row(results, "da_mrs, validation") == ["0.2100", "0.1800"]
    assert row(results, "popularity, test") == ["0.0200", "0.0800"]
    assert row(results, "DA-MRS in the paper, test") == ["0.0994", "0.0435"]
    assert row(results, "da_mrs against the paper") == ["+10.7%", "+83.9%"]


def test_all_published_models_are_shown_with_the_note(report: dict[str, Any]) -> None:
    section = markdown(report).split("## Published figures")[1].split("\n## ")[0]
    assert row(section, "LightGCN") == ["0.0754", "0.0328"]
    assert row(section, "**da_mrs**, this run") == ["0.1100", "0.0800"]
    assert "MARK: other data." in section


def test_items_without_features_are_counted_where_there_are_any(report: dict[str, Any]) -> None:
    assert report["missing"]["text"] == {"missing": 3, "items": 56}
    told = (
        "Items: 3 of 56 without text features (5.36%), 56 of 56 without audio features (100.00%)."
    )
    assert told in markdown(report)
    report["missing"] = {"text": {"missing": 0, "items": 56}}
    assert "without" not in markdown(report).partition("## ")[0]


def test_every_metric_is_shown_in_a_fixed_order(report: dict[str, Any]) -> None:
    section = markdown(report).split("## Every metric, test")[1].split("\n## ")[0]
    lines = [line.split("|")[1].strip() for line in section.splitlines() if line[:1] == "|"]
    wanted = ["recall", "ndcg", "precision", "map", "coverage", "novelty", "gini"]
    assert lines[2:] == wanted
    assert row(section, "") == ["@5", "@20"]


def test_groups_and_provenance_are_shown(report: dict[str, Any]) -> None:
    text = markdown(report)
    assert row(text, "Q1 (3-5)") == ["1,500", "0.1250", "0.1250"]
    assert row(text, "Q1 (0-9)") == ["1,500", "0.1250", "0.1250"]
    assert "**Features of this run**: rebuilt features." in text
    assert report["provenance"]["data"]["fingerprint"] in text
    facts = ("text: matrix", "**seed**: 999", "**device**: cpu", "**threads**: 2")
    for fact in ("1,234 users", "56 items", *facts):
        assert fact in text
    assert '"layers": 2' in text
    assert "pictures from" not in text
    report["provenance"]["pictures"] = {"fetched": 1200, "failed": 3}
    assert "**pictures**: 1,200 fetched, 3 failed\n" in markdown(report)
    wanted = "4 epochs, weights of epoch 2; an epoch typically took 1.50 s of training"
    assert wanted in text
    report["training"]["epochs"] = 1
    assert "1 epoch, weights of epoch 2" in markdown(report)


def test_what_is_absent_leaves_no_trace(
    report: dict[str, Any], history: pd.DataFrame, timings: pd.DataFrame
) -> None:
    report["paper"] = {"figures": {}, "note": ""}
    report["provenance"]["features_note"] = ""
    report["training"] = training_summary(history.iloc[:0], timings.iloc[:0])
    text = markdown(report)
    assert "paper" not in text.replace("paper_note", "").lower()
    assert "Features of this run" not in text
    assert "computed at once" in text


def test_other_list_lengths_still_make_a_table(report: dict[str, Any]) -> None:
    for split in ("test", "validation"):
        figures = report["metrics"][split]
        report["metrics"][split] = {k: v for k, v in figures.items() if k.endswith("@5")}
    assert row(markdown(report).split("## Results")[1].split("\n## ")[0], "") == [
        "recall@5",
        "ndcg@5",
    ]


def test_a_table_is_aligned() -> None:
    assert table(["", "value"], [["first", "1"], ["2", "20"]]).splitlines() == [
        "|       | value |",
        "| ----- | ----: |",
        "| first |     1 |",
        "| 2     |    20 |",
    ]


def test_tiles_hold_the_headline_against_floors_and_the_paper(report: dict[str, Any]) -> None:
    report["floors"]["da_mrs"] = report["metrics"]  # a floor that is the run itself says nothing
    first, second = tiles(report)
    assert (first["metric"], first["value"], first["validation"]) == (
        "recall@20",
        "0.1100",
        "0.2100",
    )
    assert first["against"] == [
        ("5.5 ×", "popularity"),
        ("1.0 ×", "random"),
        ("+10.7%", "against DA-MRS in the paper"),
    ]
    assert second["against"][-1] == ("+83.9%", "against DA-MRS in the paper")


def test_a_floor_of_nought_is_no_measure(report: dict[str, Any]) -> None:
    report["floors"] = {"random": {"test": {"recall@20": 0.0}}}
    report["paper"]["figures"] = {}
    assert tiles(report)[0]["against"] == []


def test_a_calibration_is_told_with_its_weight_and_effect(report: dict[str, Any]) -> None:
    assert "calibrated" not in markdown(report).lower()
    after = {
        split: {name: value + 0.01 for name, value in figures.items()}
        for split, figures in report["metrics"].items()
    }
    made = {
        "corrector": "itemknn",
        "features": {},
        "top": 200,
        "monitor": "recall@20",
        "weight": 0.6,
        "at_end": False,
        "tried": [{"weight": w, "validation": 0.2} for w in (0.0, 0.6)],
        "alone": report["metrics"],
        "calibrated": after,
    }
    report["calibration"] = labelled(made, "made up")
    text = markdown(report)
    assert "Calibrated by itemknn: its score" in text
    assert row(text, "da_mrs calibrated by itemknn, test") == ["0.1200", "0.0900"]
    assert row(text, "da_mrs calibrated by itemknn, validation") == ["0.2200", "0.1900"]
    assert "has weight 0.6, the best of 2 by validation recall@20" in text
    assert "made up" not in text
    assert "widen" not in text
    assert "validation recall@20 0.2100 → 0.2200, test recall@20 0.1100 → 0.1200.\n" in text
    made |= {"corrector": "ease_text", "features": {"text": {"extractor": "tfidf_svd"}}}
    report["calibration"] = labelled(made, "made up")
    text = markdown(report)
    assert "Calibrated by ease_text (text: tfidf_svd): its score has weight 0.6" in text
    assert "→ 0.1200. Features of ease_text: made up.\n" in text
    report["calibration"] = labelled({**made, "at_end": True}, "made up")
    said = "has weight 0.6 (the largest of calibration.weights: widen it), the best of 2 by"
    assert said in markdown(report)
