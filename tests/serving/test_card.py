"""The model card: intervals by a worked example, and what it says of a trial."""

import math

import pandas as pd

from siger_pipeline.serving.card import model_card, with_intervals

USERS = pd.DataFrame(
    {
        "user": list("abcde"),
        "split": ["validation", "test", "test", "test", "test"],
        "recall@20": [0.5, 0.0, 1.0, 0.0, 1.0],
    }
)
ORIGIN = {
    "trial": "siger+seed=3",
    "dataset": "shop",
    "data": {"fingerprint": "sha256:abc"},
    "seed": 3,
    "features": {"text": "tfidf_svd"},
    "features_note": "features of our own",
    "versions": {"torch": "2.13"},
}
ABOUT = {
    "model": "siger",
    "config": {"beta": 0.3},
    "counts": {"users": 12345, "items": 40, "interactions": 261},
    "requests": [
        {"recipe": "knn", "parameters": {"modality": "text", "k": 3}, "file": "inputs/knn.npz"}
    ],
}


def test_the_interval_is_normal_over_users() -> None:
    found = with_intervals(USERS)["test"]["recall@20"]
    half = 1.96 * math.sqrt(1 / 3) / 2  # s² = Σ (x − ½)² / 3 = 1/3, √n = 2
    assert found == {"mean": 0.5, "low": 0.5 - half, "high": 0.5 + half, "users": 4}
    one = with_intervals(USERS)["validation"]["recall@20"]
    assert (one["low"], one["high"]) == (0.5, 0.5)


def test_the_card_says_where_the_recommender_comes_from() -> None:
    about = ABOUT | {"card": {"provenance": ORIGIN, "metrics": with_intervals(USERS)}}
    card = model_card(about)
    for words in (
        "# siger+seed=3\n",
        "model `siger` on shop: 12,345 users, 40 items, 261 interactions",
        "`sha256:abc`. Seed: 3.",
        "| recall@20 | 0.5000 (0.5000 to 0.5000) | 0.5000 (-0.0658 to 1.0658) |",
        "- `inputs/knn.npz`, features by `tfidf_svd`\n- features of our own\n",
        "| beta | 0.3 |",
        "| torch | 2.13 |",
        "follows the terms of its source",
    ):
        assert words in card, words


def test_a_recommender_that_was_not_measured() -> None:
    card = model_card(ABOUT | {"card": {}, "requests": []})
    assert "# siger\n" in card
    assert "It was not measured." in card
    assert "The interactions alone." in card
