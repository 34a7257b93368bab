"""The page of a trial: the same as its report, of what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from siger_pipeline.reporting.calibrated import labelled
from siger_pipeline.reporting.page import TEMPLATE, page_values
from siger_pipeline.reporting.paper import Published
from siger_pipeline.reporting.plots import learning_curves
from siger_pipeline.reporting.rendering import page_of_site
from siger_pipeline.reporting.site.beside import NOTE, beside
from siger_pipeline.reporting.site.documents import DatasetResults, TrialResults
from siger_pipeline.reporting.summary import summarise
from siger_pipeline.studies.published import is_comparable

GROUPS = pd.DataFrame(columns=["split", "group_by", "group", "users", "metric", "value"])
NO_EPOCHS = pd.DataFrame(columns=["epoch", "seconds_train", "seconds_validation"])


def trial_page(trial: TrialResults, dataset: DatasetResults) -> bytes:
    """The page of a trial, in the folder of its data set."""
    report = report_of(trial, dataset.published)
    values = page_values(
        report,
        curves=learning_curves(*_epochs(trial), trial.name),
        counts=dataset.counts if trial.graphs is not None else None,
        graphs=trial.graphs,
        lookup=trial.lookup,
        ranks=trial.ranks,
        reasons=trial.reasons,
        pictures=trial.pictures,
    )
    crumbs = [("../index.html", "Results"), ("index.html", dataset.name)]
    rivals = beside(trial, dataset)
    return page_of_site(
        TEMPLATE, "../", **values, crumbs=crumbs, lacks=trial.lacks, beside=rivals, note=NOTE
    )


def report_of(trial: TrialResults, published: Published) -> dict[str, Any]:
    """The report of a trial, of what is there.

    Args:
        trial: its results.
        published: the paper's comparison of models on its data set; left out where the trial is on
            other data or measured otherwise.
    """
    origin = trial.origin
    settings: Mapping[str, Any] = origin["parameters"].get("report", {})
    history, timings = _epochs(trial)
    report = summarise(
        trial.metrics,
        GROUPS if trial.groups is None else trial.groups,
        trial.floors,
        history=history,
        timings=timings,
        published=published if is_comparable(origin["overrides"]) else {},
        paper_note=settings.get("paper_note", ""),
        provenance=origin,
        missing=trial.missing,
    )
    note = settings.get("features_note", "")
    return {
        **report,
        "training": {} if trial.history is None else report["training"],
        "calibrations": [labelled(each, note) for each in trial.calibrations],
    }


def _epochs(trial: TrialResults) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Its history and timings; without rows where they are not known."""
    if trial.history is None or trial.timings is None:
        return NO_EPOCHS, NO_EPOCHS
    return trial.history, trial.timings
