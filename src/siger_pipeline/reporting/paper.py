"""The published figures that a run stands beside."""

import re

import pandas as pd

COMPARISON = "table1"  # the paper's comparison of models; its other tables vary SIGER alone

Published = dict[str, dict[str, float]]
"""Model, as the paper spells it -> metric -> value at test."""


def published_figures(paper: pd.DataFrame, dataset: str) -> Published:
    """The comparison table of a data set, in the paper's order; empty where there is none.

    Args:
        paper: columns source, dataset, model, metric, value.
        dataset: name of the data set, in any case.
    """
    rows = paper[(paper["source"] == COMPARISON) & (paper["dataset"] == dataset.lower())]
    figures: Published = {}
    for model, metric, value in zip(rows["model"], rows["metric"], rows["value"], strict=True):
        figures.setdefault(model, {})[metric] = float(value)
    return figures


def name_in_paper(model: str, published: Published) -> str | None:
    """How the paper spells a registered model (`da_mrs`: DA-MRS), None where it lacks it."""
    return next((name for name in published if _letters(name) == _letters(model)), None)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
