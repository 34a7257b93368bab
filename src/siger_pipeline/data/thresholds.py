"""Interactions by rating and time: what is below a threshold is left out, and counted."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from ibis.expr.types import BooleanValue, Table

from siger_pipeline.data.counts import count_step
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.times import seconds_of, unit_of
from siger_pipeline.errors import InputError
from siger_pipeline.remarks import LARGE, Remark, level_of


@dataclass(frozen=True)
class Thresholds:
    """What an interaction must have to count.

    Attributes:
        min_rating: its rating is at least that.
        since: its time is that or later, ISO 8601.
        until: its time is before that.
    """

    min_rating: float | None = None
    since: str | None = None
    until: str | None = None


def within(
    interactions: Table, thresholds: Thresholds, before: int
) -> tuple[Table, pd.DataFrame, list[Remark]]:
    """The interactions that reach every threshold. One that has no rating or time reaches none.

    Args:
        interactions: columns user, item, rating, timestamp, `timestamp_is_position`, others.
        thresholds: to apply, in the order of their attributes.
        before: how many interactions there are.

    Returns:
        The same columns, fewer rows; a row of counts and a remark for each threshold.

    Raises:
        InputError: no interaction has the rating or the time, times are positions in a user's own
            order, or none is left.
    """
    left, steps, remarks = interactions, [pd.DataFrame()], list[Remark]()
    for step, reached in _conditions(interactions, thresholds):
        left = left.filter(reached)
        counted = count_step(left, step, before)
        after = int(counted[Columns.INTERACTIONS].item())
        remarks.append(_remark(step, before - after, before))
        if not after:
            raise InputError(f"{remarks[-1].text} None is left: choose another threshold.")
        steps.append(counted)
        before = after
    return left, pd.concat(steps, ignore_index=True), remarks


def _conditions(interactions: Table, thresholds: Thresholds) -> Iterator[tuple[str, BooleanValue]]:
    if thresholds.min_rating is not None:
        _require(interactions, Columns.RATING, "min_rating")
        rating = interactions[Columns.RATING]
        yield f"rating of {thresholds.min_rating:g} or more", rating >= thresholds.min_rating
    if not (thresholds.since or thresholds.until):
        return
    key = "since" if thresholds.since else "until"
    unit, per_second = unit_of(_require(interactions, Columns.TIMESTAMP, key))
    time = interactions[Columns.TIMESTAMP]
    if thresholds.since:
        first = math.ceil(seconds_of(thresholds.since) * per_second)
        yield f"since {thresholds.since} (times in {unit})", time >= first
    if thresholds.until:
        end = math.ceil(seconds_of(thresholds.until) * per_second)
        yield f"until {thresholds.until} (times in {unit})", time < end


def _require(interactions: Table, column: str, key: str) -> int:
    """The largest value of a column that has some."""
    found = interactions.aggregate(
        largest=interactions[column].max(), positions=interactions[Columns.IS_POSITION].any()
    )
    row = found.to_pyarrow().to_pylist()[0]
    if row["largest"] is None:
        raise InputError(
            f"ingest.{key} needs the {column} of interactions, and none has one; set it to null."
        )
    if column == Columns.TIMESTAMP and row["positions"]:
        raise InputError(
            f"ingest.{key} needs times: this source gives positions in each user's own order; set"
            " it to null."
        )
    return int(row["largest"])


def _remark(step: str, removed: int, before: int) -> Remark:
    text = f"{step}: removed {removed:,} of {before:,} interactions."
    return Remark(text[0].upper() + text[1:], level_of(removed / before, LARGE))
