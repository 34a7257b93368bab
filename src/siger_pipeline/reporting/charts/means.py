"""Means over seeds of the table of a study, as charts show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Any, cast

import pandas as pd

from siger_pipeline.data.schema import Split
from siger_pipeline.reporting.figures import main_metrics
from siger_pipeline.studies.failed import ERROR
from siger_pipeline.studies.groups import GROUP
from siger_pipeline.studies.sums import FUSION, row_name

ALL = "all"  # users and items: the group that is none
BLOCKS = re.compile(r"\b(?:\w+\.)+(?=\w+=)")
Key = tuple[str, str]
"""Model and variant."""


@dataclass(frozen=True)
class Mean:
    """A metric of a model under a variant at test.

    Attributes:
        value: mean over seeds.
        deviation: between seeds (ddof 1); NaN of one seed.
        seeds: that were measured.
        paper: the paper's figure; NaN where there is none.
        public: the lowest and the highest of all public figures; NaN where there is none.
    """

    value: float
    deviation: float = nan
    seeds: int = 1
    paper: float = nan
    public: tuple[float, float] = (nan, nan)

    @property
    def low(self) -> float:
        """Lower end of its error bar."""
        return self.value - self.deviation

    @property
    def high(self) -> float:
        """Upper end of its error bar."""
        return self.value + self.deviation


@dataclass(frozen=True)
class Slice:
    """What a panel shows of a study: a metric, of all users and items or of a group.

    Attributes:
        metric: such as `recall@20`.
        title: the group in words, or `all`; empty in a study without groups.
        means: of each model and variant that has it, in the order of the study.
    """

    metric: str
    title: str
    means: Mapping[Key, Mean]


def slices(table: pd.DataFrame) -> list[Slice]:
    """The main metrics at test; in a table of groups the first of them, for all and for each group.

    Args:
        table: of a study, with or without the columns `group` and `error`.
    """
    test = table[(table["split"] == Split.TEST.value) & table["k"].notna()]
    test = test.assign(name=test["metric"] + "@" + test["k"].astype("Int64").astype("str"))
    metrics = main_metrics(dict.fromkeys(test["name"], 0)) if len(test) else []
    if GROUP not in test:
        return [_slice(test[test["name"] == metric], metric, "") for metric in metrics]
    first = test[test["name"] == metrics[0]] if metrics else test
    groups = first.groupby(first[GROUP].fillna(ALL), sort=False)
    return [_slice(rows, metrics[0], str(name).replace("_", " ")) for name, rows in groups]


def _slice(chosen: pd.DataFrame, metric: str, title: str) -> Slice:
    means = {}
    for key, rows in chosen.groupby(["model", "variant"], sort=False):
        first = rows.iloc[0]
        published = (first["paper"], (first["public_low"], first["public_high"]))
        means[cast(Key, key)] = _mean(rows["value"], *published)
    return Slice(metric, title, means)


def _mean(values: pd.Series[float], *published: Any) -> Mean:
    return Mean(float(values.mean()), float(values.std()), len(values), *published)


def short(variant: str) -> str:
    """A variant as a label: dotted keys without their blocks, `text=hashing`."""
    return BLOCKS.sub("", variant)


def seeds_note(shown: list[Slice]) -> str:
    """What error bars are, and of how many seeds; empty where there is none."""
    counts = {m.seeds for s in shown for m in s.means.values() if m.seeds > 1}
    if not counts:
        return ""
    low, high = min(counts), max(counts)
    several = str(low) if low == high else f"{low} to {high}"
    return f"Bars: ± the deviation between {several} seeds."


def failed_note(table: pd.DataFrame) -> str:
    """Which trials failed and are not drawn; empty where none did."""
    if ERROR not in table:
        return ""
    names = dict.fromkeys(map(row_name, table[table[ERROR].notna()].to_dict("records")))
    return f"Failed, and so not drawn: {'; '.join(names)}." if names else ""


def fusion_note(table: pd.DataFrame) -> str:
    """What a fusion adds up; empty where there is none."""
    fused = table[(table["model"] == FUSION) & table["split"].notna()]["variant"].unique()
    return f"{FUSION}: {fused[0]}." if len(fused) else ""
