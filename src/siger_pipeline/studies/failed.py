"""Trials of a study that failed, beside those that did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from siger_pipeline.studies.sums import row_name

ERROR = "error"


@dataclass(frozen=True)
class FailedTrial:
    """What a study knows of a trial without results.

    Attributes:
        trial: `trial`, `model`, `variant` and `seed`; `corrector`, if there is one.
        error: the node that failed, and why.
    """

    trial: Mapping[str, Any]
    error: str


def with_failed(table: pd.DataFrame, failed: Sequence[FailedTrial]) -> pd.DataFrame:
    """The table of a study with a column `error`, and at its end a row for each failed trial.

    Args:
        table: of the other trials, whose errors are null.
        failed: trials; their rows have no split, metric and value.
    """
    columns = [*table.columns, ERROR]
    datasets = dict.fromkeys(table["dataset"])
    dataset = next(iter(datasets), None)
    rows = [{"dataset": dataset, **each.trial, ERROR: each.error} for each in failed]
    types = {**table.dtypes, ERROR: "str"}
    further = pd.DataFrame(rows, columns=columns).astype(types)
    good = table.assign(**{ERROR: None}).astype(types)
    return pd.concat([good, further], ignore_index=True) if rows else good


def failed_note(failed: Sequence[FailedTrial]) -> str:
    """Sentences on the trials that failed; empty where there are none."""
    return "\n".join(
        f"{row_name(each.trial)} failed and is not part of the table: {each.error.rstrip('.')}."
        for each in failed
    )
