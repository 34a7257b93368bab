"""A model below popularity is warned of: at the end of a run, in the page and in Markdown."""

import re
from typing import Any

import pytest

from reporting.made_up import page
from siger_pipeline.reporting.below import below_popularity, main_metrics
from siger_pipeline.reporting.markdown import markdown


def figures(recall: float, ndcg: float) -> dict[str, dict[str, float]]:
    test = {"recall@10": 0.9, "recall@20": recall, "ndcg@20": ndcg}
    return {"test": test, "validation": {**test, "recall@20": 0.0}}


FLOORS = {"popularity": figures(0.198, 0.1), "random": figures(0.5, 0.5)}


def test_the_figures_of_both_are_named() -> None:
    told = below_popularity("siger", figures(0.096, 0.05), FLOORS)
    assert told.startswith("siger is below popularity on the test split (")
    assert "recall@20 0.0960 against 0.1980, ndcg@20 0.0500 against 0.1000" in told


def test_one_metric_below_is_enough_and_named_alone() -> None:
    told = below_popularity("siger", figures(0.2, 0.05), FLOORS)
    assert "ndcg@20 0.0500 against 0.1000" in told
    assert "recall@20" not in told


@pytest.mark.parametrize(
    ("model", "mine"), [("siger", (0.2, 0.2)), ("siger", (0.198, 0.1)), ("random", (0.0, 0.0))]
)
def test_above_level_or_a_floor_itself(model: str, mine: tuple[float, float]) -> None:
    assert below_popularity(model, figures(*mine), FLOORS) == ""


def test_without_floors_nothing_is_known() -> None:
    assert below_popularity("siger", figures(0.0, 0.0), {}) == ""


def test_the_metrics_that_are_looked_at() -> None:
    assert main_metrics({"recall@10": 0, "recall@20": 0, "ndcg@20": 0, "map@50": 0}) == [
        "recall@20",
        "ndcg@20",
    ]
    assert main_metrics({"ndcg@5": 0, "recall@5": 0, "recall@1": 0}) == ["recall@5", "ndcg@5"]


def document(recall: float) -> dict[str, Any]:
    return {
        "metrics": figures(recall, 0.3),
        "floors": FLOORS,
        "groups": [
            {"split": "test", "group_by": by, "group": "Q1", "users": 1, "metric": m, "value": 0.1}
            for by in ("user_activity", "item_popularity")
            for m in ("recall@20",)
        ],
        "training": {"epochs": 0},
        "missing": {},
        "calibration": None,
        "paper": {"figures": {}, "note": ""},
        "provenance": {
            "trial": "siger",
            "model": "siger",
            "dataset": "shop",
            "data": {
                "fingerprint": "sha256:0",
                **dict.fromkeys(
                    ("users", "items", "interactions", "train", "validation", "test"), 1
                ),
            },
            "split": {},
            "features": {},
            "features_note": "",
            "seed": 1,
            "device": "cpu",
            "threads": [1],
            "parameters": {},
            "made_from": {"reads": ["interactions"]},
            "versions": {},
        },
    }


def test_markdown_says_it_at_the_top() -> None:
    assert "**Warning**: siger is below popularity" in markdown(document(0.1)).split("## ")[0]
    assert "Warning" not in markdown(document(0.3))


def test_the_page_says_it_at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "<strong>Warning" not in page(graphs=False, epochs=0, pictures=False)
    monkeypatch.setattr(
        "siger_pipeline.reporting.tables.below_popularity", lambda *_: "it is <below>"
    )
    html = page(graphs=False, epochs=0, pictures=False)
    note = re.search(r'<p class="note"><strong>Warning:</strong> (.*?)</p>', html)
    assert note
    assert note[1] == "it is &lt;below&gt;."
