"""The page of a study: its tables, intervals, plots, failed trials, and where each row is from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Split
from siger_pipeline.remarks import few
from siger_pipeline.reporting.charts.embedded import notes_of, untitled
from siger_pipeline.reporting.rendering import page_of_site
from siger_pipeline.reporting.site.documents import DatasetResults, Document, StudyResults
from siger_pipeline.reporting.site.study_provenance import provenance_rows
from siger_pipeline.reporting.site.study_tables import PARTS, alone, measured
from siger_pipeline.studies.sweep_table import best_points

TEMPLATE = "site/study.html"
NAMED = 4  # trials in a sentence
PLOTS = {
    "plot": "The figures of the study's table, drawn; the same numbers are in the tables",
    "differences": "Differences to the baseline with their intervals, as in the tables",
}
TITLES = {"plot": "Results", "differences": "Differences to the baseline"}


def study_page(study: StudyResults, dataset: DatasetResults) -> bytes:
    """The page of a study, in the folder `studies` of its data set."""
    kind = kind_of(study.table)
    shown = [name for name in PLOTS if name in study.plots]
    return page_of_site(
        TEMPLATE,
        "../../",
        crumbs=[("../../index.html", "Results"), ("../index.html", dataset.name)],
        study=study,
        dataset=dataset,
        of=f"{dataset.name} {study.name}",
        parts=PARTS[kind](study, dataset),
        commands=list(best_points(study.table)["command"]) if kind == "sweep" else [],
        figures={name: untitled(study.plots[name]) for name in shown},
        notes={name: notes_of(study.plots[name]) for name in shown},
        titles=TITLES,
        alts=PLOTS,
        failed=failed_trials(study.table) if kind == "trials" else [],
        again=few(trained_again(study.table, dataset), NAMED) if kind == "trials" else "",
        origin=provenance_rows(study.table, dataset) if kind == "trials" else None,
        other_data=_other_data(study.table, dataset) if kind == "trials" else [],
    )


def kind_of(table: pd.DataFrame) -> str:
    """`sweep`, `coverage`, `trials`; empty for a table of other columns.

    Args:
        table: of a study.
    """
    needed = {
        "sweep": {"model", "point", "state", "trial", "value", "command", "best_epoch"},
        "coverage": {"graph", "modality", "covered", "cooccurring", "weight_covered"},
        "trials": {"model", "variant", "seed", "split", "metric", "k", "value", "paper", "data"},
    }
    return next((kind for kind, columns in needed.items() if columns <= set(table)), "")


def are_tests_of(tests: pd.DataFrame, table: pd.DataFrame) -> bool:
    """Whether the comparisons are of the figures in the table, and not of an earlier one.

    Args:
        tests: of `studies.comparisons.comparison_table`.
        table: of the study.
    """
    if kind_of(table) != "trials" or not {"metric", "k", "model", "variant", "value"} <= set(tests):
        return False
    keys = ["model", "variant", "metric", "k"]
    rows = measured(table)
    if "group" in rows:
        rows = rows[rows["group"].isna()]
    means = rows[rows["split"] == Split.TEST.value].groupby(keys)["value"].mean()
    found = means.reindex(pd.MultiIndex.from_frame(tests[keys])).to_numpy()
    return bool(np.allclose(found, tests["value"], rtol=0.0, atol=1e-9))


def failed_trials(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Trial and error of each that failed."""
    if "error" not in table:
        return []
    rows = table[table["error"].notna()].drop_duplicates("trial")
    return list(zip(rows["trial"], rows["error"], strict=True))


def trained_again(table: pd.DataFrame, dataset: DatasetResults) -> list[str]:
    """Trials whose newest figures are not those of the table."""
    rows = alone(measured(table))
    rows = rows[(rows["split"] == Split.TEST.value) & rows["k"].notna()]
    changed = []
    for name, of_trial in rows.groupby("trial", sort=False):
        now: Document = dataset.trials[str(name)].metrics["test"] if name in dataset.trials else {}
        keys = of_trial["metric"] + "@" + of_trial["k"].astype(str)
        pairs = zip(keys, of_trial["value"], strict=True)
        if any(now.get(key, value) != value for key, value in pairs):
            changed.append(str(name))
    return changed


def _other_data(table: pd.DataFrame, dataset: DatasetResults) -> Sequence[str]:
    """Fingerprints of the study's data that are not those of the newest trials."""
    newest = {trial.origin["data"]["fingerprint"] for trial in dataset.trials.values()}
    return sorted(set(measured(table)["data"]) - newest) if newest else []
