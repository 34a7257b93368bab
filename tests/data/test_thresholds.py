"""Thresholds on rating and time."""

import logging
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from ibis.expr.types import Table
from pydantic import ValidationError

from siger_pipeline.data.cleaning import cleaned
from siger_pipeline.data.config import IngestConfig
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.thresholds import Thresholds, within
from siger_pipeline.data.times import seconds_of, unit_of
from siger_pipeline.errors import InputError

MakeTable = Callable[[dict[str, Any]], Table]
YEAR = [1_420_070_400, 1_420_070_399, 1_451_606_399, 1_451_606_400]  # 2015 and its neighbours


def rows(
    table: MakeTable, ratings: list[float | None], times: list[int | None], position: bool = False
) -> Table:
    return table(
        {
            Columns.LINE_NUMBER: range(len(times)),
            Columns.USER: ["u"] * len(times),
            Columns.ITEM: [f"i{n}" for n in range(len(times))],
            Columns.RATING: ratings,
            Columns.TIMESTAMP: times,
            Columns.IS_POSITION: [position] * len(times),
            Columns.SPLIT: [None] * len(times),
        }
    )


def items_of(left: Table) -> list[str]:
    return sorted(left[Columns.ITEM].to_pyarrow().to_pylist())


def test_ratings_below_and_those_that_are_missing_do_not_count(table: MakeTable) -> None:
    given = rows(table, [4.0, 3.9, None, 5.0], YEAR)
    left, steps, remarks = within(given, Thresholds(min_rating=4), 4)
    assert items_of(left) == ["i0", "i3"]
    assert steps.to_numpy().tolist() == [["rating of 4 or more", 1, 2, 2, 2]]
    assert remarks[0].text == "Rating of 4 or more: removed 2 of 4 interactions."
    assert remarks[0].level == logging.INFO


@pytest.mark.parametrize(("factor", "unit"), [(1, "seconds"), (1000, "milliseconds")])
def test_a_year_is_from_its_first_moment_to_the_first_of_the_next(
    table: MakeTable, factor: int, unit: str
) -> None:
    given = rows(table, [1.0] * 5, [*(factor * time for time in YEAR), None])
    left, steps, _ = within(given, Thresholds(since="2015-01-01", until="2016-01-01"), 5)
    assert items_of(left) == ["i0", "i2"]
    assert steps[Columns.REMOVED].tolist() == [2, 1]
    assert steps[Columns.STEP].tolist()[0] == f"since 2015-01-01 (times in {unit})"


def test_without_a_threshold_nothing_is_counted(table: MakeTable) -> None:
    given = rows(table, [1.0] * 4, YEAR)
    left, steps, remarks = within(given, Thresholds(), 4)
    assert left is given and steps.empty and not remarks


@pytest.mark.parametrize(
    ("thresholds", "changes", "words"),
    [
        ({"min_rating": 4}, {"ratings": [None] * 4}, "ingest.min_rating needs the rating of"),
        ({"until": "2015-01-01"}, {"times": [None] * 4}, "ingest.until needs the timestamp of"),
        ({"since": "2015-01-01"}, {"position": True}, "positions in each user's own order"),
        ({"min_rating": 9}, {}, r"removed 4 of 4 interactions. None is left"),
    ],
)
def test_a_threshold_that_nothing_can_reach_is_refused(
    table: MakeTable, thresholds: dict[str, Any], changes: dict[str, Any], words: str
) -> None:
    given = rows(table, **{"ratings": [1.0] * 4, "times": YEAR, **changes})
    with pytest.raises(InputError, match=words):
        within(given, Thresholds(**thresholds), 4)


def test_of_a_pair_the_earliest_interaction_that_counts_stands_for_it(table: MakeTable) -> None:
    columns = {
        Columns.LINE_NUMBER: [1, 2, 3],
        Columns.USER: ["u"] * 3,
        Columns.ITEM: ["i"] * 3,
        Columns.RATING: [2.0, 5.0, 4.0],
        Columns.TIMESTAMP: [1, 3, 2],
        Columns.IS_POSITION: [False] * 3,
        Columns.SPLIT: [None] * 3,
    }
    read = pd.DataFrame(
        [["read", 1, 1, 3, 0]], columns=["step", "users", "items", "interactions", "removed"]
    )
    left, counts, remarks = cleaned(table(columns), Thresholds(min_rating=4), read)
    assert left[Columns.RATING].to_pyarrow().to_pylist() == [4.0]
    assert counts[Columns.REMOVED].tolist() == [0, 1, 1]
    assert "1 of 2 interactions repeat a user and item (0 of them word for word)" in remarks[1].text


@pytest.mark.parametrize("text", ["2015", "soon", "2015-13-01", "", 2015])
def test_what_is_no_date_is_refused(text: object) -> None:
    with pytest.raises(ValidationError, match="since"):
        IngestConfig.model_validate(
            {"source": "amazon", "k_core": 5, "max_bad_share": 0.0, "since": text}
        )


def test_since_must_be_before_until() -> None:
    given = {"since": "2015-01-01", "until": "2014-12-31T23:00:00-01:00"}
    with pytest.raises(ValidationError, match="must be before until"):
        IngestConfig.model_validate(
            {"source": "amazon", "k_core": 5, "max_bad_share": 0.0, **given}
        )


def test_times_are_those_of_utc_unless_they_name_a_zone() -> None:
    assert seconds_of("2015-01-01") == YEAR[0]
    assert seconds_of("2015-01-01T01:00:00+01:00") == YEAR[0]
    assert [unit_of(n)[1] for n in (YEAR[0], YEAR[0] * 1000, YEAR[0] * 10**6, YEAR[0] * 10**9)] == [
        *(1, 10**3, 10**6, 10**9),
    ]
