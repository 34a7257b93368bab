"""Which settings of a model count, by themselves or with a corrector."""

from __future__ import annotations

import pandas as pd

from siger_pipeline.data.schema import Split
from siger_pipeline.studies.published import ELSEWHERE
from siger_pipeline.studies.sums import FOLDED_IN, variant_alone

RECALL = "recall@20"
OTHERWISE = (*ELSEWHERE, "features")  # blocks by which a single trial is on other data


def alone(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of trials as they are: without a corrector, and without what was folded in."""
    for column in {"corrector", FOLDED_IN} & {*rows.columns}:
        rows = rows[rows[column].isna()]
    return rows


def with_corrector(rows: pd.DataFrame, corrector: str) -> pd.DataFrame:
    """The rows with a corrector, under the variants that it corrects."""
    rows = rows[rows["corrector"] == corrector]
    return rows.assign(variant=[variant_alone(each, corrector) for each in rows["variant"]])


def chosen_settings(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of each model's best settings, by the mean validation recall over seeds.

    Args:
        rows: of all splits; those of other data or features than configured do not count.
    """
    rows = rows[~rows["variant"].map(_otherwise).astype(bool)]  # of no rows it is not of bool
    means = headline(rows[rows["split"] == Split.VALIDATION.value], RECALL)
    of_settings = means.groupby(["model", "variant"], sort=False)["value"].mean()
    best = of_settings.groupby("model", sort=False).idxmax()
    pairs = pd.Series(list(zip(rows["model"], rows["variant"], strict=True)), index=rows.index)
    return rows[pairs.isin(set(best))]


def _otherwise(variant: str) -> bool:
    """Whether overrides are of data, features or measurement."""
    blocks = tuple(f"{block}." for block in OTHERWISE)
    return any(key.startswith(blocks) for key in variant.split(", "))


def headline(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The rows of a metric such as `recall@20`."""
    name, _, k = metric.partition("@")
    return rows[(rows["metric"] == name) & (rows["k"] == int(k))]
