from collections.abc import Sequence
from typing import Any

import pandas as pd

from siger_pipeline.reporting.reasons import EXPLAINED, explained_users, reasons

COLUMNS = ["item", "because", "title", "share", "edges"]


def lookup(users: int, had: int = 3) -> dict[str, Any]:
    named = [f"u{n}" for n in range(users)]
    counts = [had + (1000 if n % 2 else 0) for n in range(users)]
    listed = {"user": named, "had_count": counts, "recommended": [[1, 0]] * users}
    return {"item": ["a", "b"], "title": [None, None], "users": listed}


def explain(user: str, items: Sequence[str]) -> pd.DataFrame:
    """Of the second item nothing is carried by the history."""
    assert items == ["b", "a"]
    rows = [("b", "x", "Hob &amp; Co", 2.0, "knn-text-k10 0.3"), ("b", "y", None, 1.0, "")]
    rows += [("b", "z", "Z", 0.75, ""), ("b", "w", "W", 0.25, "")]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_users_with_long_histories_are_left_out_and_the_rest_is_spread() -> None:
    chosen = explained_users(lookup(100))
    assert len(chosen) == EXPLAINED
    assert all(place % 2 == 0 for place in chosen)
    assert chosen == sorted(chosen)
    assert (chosen[0], chosen[-1]) == (4, 94)
    assert explained_users(lookup(3)) == [0, 2]
    assert explained_users(lookup(3, had=31)) == []


def test_the_three_largest_shares_are_told_in_per_cent_of_all() -> None:
    told = reasons(lookup(1), explain)
    assert told["user"] == [0]
    ((first, second),) = told["why"]
    assert first == [["Hob & Co", 50, "kNN text k10 0.3"], ["y", 25, ""], ["Z", 19, ""]]
    assert second == []


def test_a_model_that_no_history_carries_has_no_reasons() -> None:
    told = reasons(lookup(1), lambda user, items: pd.DataFrame([], columns=COLUMNS))
    assert told["why"] == [[[], []]]
