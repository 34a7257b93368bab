"""The tables on the page of a study: of its trials, of the points of a sweep, of graphs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from siger_pipeline.data.schema import Split
from siger_pipeline.reporting.site.cells import (
    Columns,
    Grid,
    coloured,
    grid,
    intervals,
    linked,
    marked_differences,
)
from siger_pipeline.reporting.site.dataset import MAIN
from siger_pipeline.reporting.site.documents import DatasetResults, StudyResults
from siger_pipeline.reporting.tables import ABSENT
from siger_pipeline.studies.coverage import coverage_summary
from siger_pipeline.studies.measured import fusion_note
from siger_pipeline.studies.summary import PLACES, beside_published, summary
from siger_pipeline.studies.sums import FOLDED_IN
from siger_pipeline.studies.sweep_table import all_rows, best_rows
from siger_pipeline.studies.table import no_place_note
from siger_pipeline.studies.verdicts import differences, legend

UP = "../"  # from the page of a study to those of trials
DRAWN = (
    "Drawn: the point is the difference, filled where it is significant, square where "
    "it is a tie; the line its interval, the upright zero."
)
Part = tuple[str, Any, str]
"""Title, table and a sentence below it."""
Parts = dict[str, list[Part]]
"""By heading: the first is open, the others are folded."""


def measured(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of trials that did not fail."""
    return table[table["error"].isna()] if "error" in table else table


def alone(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of trials as they are, without others that have their names.

    These are of a corrector, or of cold items that were folded in.
    """
    for column in {"corrector", FOLDED_IN} & {*table.columns}:
        table = table[table[column].isna()]
    return table


def of_trials(study: StudyResults, dataset: DatasetResults) -> Parts:
    """Results at test, differences to the baseline, and figures beside published ones."""
    table = measured(study.table)
    note = fusion_note(study.fusion) if study.fusion else ""
    rows = summary(table, study.tests)
    said = [PLACES if len(rows) > 1 else "", "" if study.tests is None else legend(study.tests)]
    said += [note, no_place_note(table)]
    parts = {"Results at test": [("", summary_grid(rows, table), " ".join(filter(None, said)))]}
    if study.tests is not None:
        parts["Differences to the baseline"] = _differences(study.tests)
    published = beside_published(table)
    if len(published):
        parts["Beside published figures"] = [
            (metric, _named_grid(_columns(of_metric)), "")
            for metric, of_metric in _by_metric(published)
        ]
    return parts


def summary_grid(rows: pd.DataFrame, table: pd.DataFrame) -> Grid:
    """The summary with the paper's figure of the main metric in a last column, where there is one.

    Args:
        rows: of `studies.summary.summary`.
        table: tidy, of the study.
    """
    main = table[(table["split"] == Split.TEST.value) & table["paper"].notna()]
    main = main[main["metric"] + "@" + main["k"].astype(str) == MAIN]
    paper = {(one.model, one.variant): f"{one.paper:.4f}" for one in main.itertuples()}
    columns = _columns(rows)
    if paper:
        pairs = zip(rows["model"], rows["variant"], strict=True)
        columns[f"paper, {MAIN}"] = [paper.get(pair, ABSENT) for pair in pairs]
    return _named_grid(columns)


def _named_grid(columns: Columns) -> Grid:
    """A table whose first column is the model, in its colour; without variants where none has."""
    named = {**columns, "model": coloured(columns["model"])}
    if not any(columns["variant"]):
        del named["variant"]
    return grid(named, words=("variant", "group", "verdict"))


def _differences(tests: pd.DataFrame) -> list[Part]:
    parts = []
    for metric, texts in _by_metric(differences(tests)):
        rows = tests.loc[texts.index]
        columns = _columns(texts)
        baselines = list(dict.fromkeys(columns.pop("baseline")))
        drawn = {key: columns.pop(key) for key in ("model", "variant")}
        drawn |= {"difference": marked_differences(rows), "drawn": intervals(rows), **columns}
        parts.append((metric, _named_grid(drawn), f"Baseline: {', '.join(baselines)}. {DRAWN}"))
    return parts


def _by_metric(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The rows of each metric, those of the main one first."""
    parts = [(str(metric), of_metric) for metric, of_metric in rows.groupby("metric", sort=False)]
    return sorted(parts, key=lambda part: part[0] != MAIN)


def _columns(rows: pd.DataFrame) -> dict[str, list[Any]]:
    """The columns of a table of texts, by name, but for that of the metric."""
    return {str(name): list(rows[name]) for name in rows if name != "metric"}


def of_coverage(study: StudyResults, dataset: DatasetResults) -> Parts:
    """How much of co-occurrence each graph covers."""
    _, rows = coverage_summary([study.table], int(study.table["cooccurring"].max()))
    named = grid(_columns(rows), words=("graph", "modality", "features"))
    note = (
        "Of the items with the most training users in common, how many are neighbours in the "
        "graph; weight: the share of all co-occurrence weight that is covered."
    )
    return {"Coverage of co-occurrence": [("", named, note)]}


def of_sweep(study: StudyResults, dataset: DatasetResults) -> Parts:
    """The best point of each model, and all points."""
    best, points = _best(study.table), _columns(all_rows(study.table))
    names = study.table.set_index(["model", "point"])["trial"]
    pairs = list(zip(points["model"], points["point"], strict=True))
    points["trial"] = [linked(str(names[pair]), str(pair[0]), dataset.trials, UP) for pair in pairs]
    points["model"] = coloured(points["model"])
    words = ("parameters", "error", "state", "trial")
    note = "Chosen by validation alone: the test split is not read."
    every = f"All {len(study.table)} points"
    parts: list[Part] = [("", grid(best, words), note), (every, grid(points, words), "")]
    return {"The best of each model": parts}


def _best(table: pd.DataFrame) -> dict[str, list[Any]]:
    columns = _columns(best_rows(table))
    metric = str(table["metric"].iloc[0])
    renamed = {
        f"validation {metric}" if name == "validation" else name: cells
        for name, cells in columns.items()
    }
    return {**renamed, "model": coloured(columns["model"])}


PARTS: Mapping[str, Callable[[StudyResults, DatasetResults], Parts]] = {
    "sweep": of_sweep,
    "coverage": of_coverage,
    "trials": of_trials,
}
