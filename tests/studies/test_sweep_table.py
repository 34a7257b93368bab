"""The table of a sweep."""

import math
from typing import Any

import pandas as pd
import pytest

from siger_pipeline.studies.sweep_table import (
    Outcome,
    all_rows,
    best_points,
    best_rows,
    commands,
    of_curve,
    of_training,
    sweep_table,
)


def said(model: str, point: int, state: str = "complete") -> dict[str, Any]:
    return {
        **{"dataset": "shop", "model": model, "point": point, "state": state},
        **{"trial": f"{model}+x={point}", "parameters": {f"{model}.x": point, "train.y": None}},
        **{"metric": "recall@20", "error": "it broke" if state == "failed" else ""},
        **{"data": "d", "code": "c", "command": f"kedro run {model} {point}"},
    }


@pytest.fixture
def table() -> pd.DataFrame:
    points = [said("b", 1), said("b", 2), said("b", 3, "pruned"), said("a", 1, "failed")]
    points += [said("b", 4)]
    outcomes = [
        Outcome(0.2, 3, 5, 1.5),
        Outcome(0.3, 4, 6, 2.0),
        Outcome(0.9, 1, 2, 0.5),  # a pruned one is not chosen, whatever it had reached
        Outcome(None, None, 0, 0.1),
        Outcome(0.3, 2, 4, None),
    ]
    return sweep_table(points, outcomes)


def test_one_row_a_point(table: pd.DataFrame) -> None:
    assert len(table) == 5
    first = table.iloc[0]
    assert (first["trial"], first["value"], first["best_epoch"], first["epochs"]) == (
        *("b+x=1", 0.2, 3, 5),
    )
    assert first["parameters"] == '{"b.x": 1, "train.y": null}'
    assert math.isnan(table.iloc[3]["value"])
    assert pd.isna(table.iloc[3]["best_epoch"])


def test_the_best_is_complete_and_of_equal_ones_the_first(table: pd.DataFrame) -> None:
    assert best_points(table)["trial"].tolist() == ["b+x=2"]
    assert best_rows(table).to_dict("records") == [
        {
            **{"model": "b", "points": 4, "pruned": 1, "failed": 0, "metric": "recall@20"},
            **{"validation": "0.3000", "parameters": "x=2, y=null"},
        },
        {
            **{"model": "a", "points": 1, "pruned": 0, "failed": 1, "metric": "recall@20"},
            **{"validation": "–", "parameters": "–"},
        },
    ]
    assert commands(table) == "```\nkedro run b 2\n```\n"
    assert commands(table[table["model"] == "a"]) == "No point is complete.\n"


def test_all_points_from_the_best_to_the_failed(table: pd.DataFrame) -> None:
    rows = all_rows(table)
    assert rows[["model", "point", "state"]].to_numpy().tolist() == [
        *(["b", 2, "complete"], ["b", 4, "complete"], ["b", 1, "complete"], ["b", 3, "pruned"]),
        ["a", 1, "failed"],
    ]
    assert rows["error"].tolist()[-1] == "it broke"
    assert rows["seconds"].tolist()[:2] == ["2.0", "–"]


def test_nothing_searched_is_an_empty_table() -> None:
    table = sweep_table([], [])
    assert (len(best_rows(table)), len(all_rows(table))) == (0, 0)
    assert commands(table) == "No point is complete.\n"


def test_the_outcome_of_a_training() -> None:
    history = pd.DataFrame(
        {"epoch": [1, 2, 3], "recall@20": [0.1, 0.3, math.nan], "best": [True, True, False]}
    )
    timings = pd.DataFrame(
        {"epoch": [1, 2, 3], "seconds_train": [1.0] * 3, "seconds_validation": [0.5] * 3}
    )
    assert of_training(history, timings, "recall@20") == Outcome(0.3, 2, 3, 4.5)


def test_the_outcome_of_what_was_broken_off() -> None:
    assert of_curve({1: 0.1, 2: 0.3, 4: 0.3}, 2.0) == Outcome(0.3, 2, 4, 2.0)
    assert of_curve({}, 2.0) == Outcome(None, None, 0, 2.0)
