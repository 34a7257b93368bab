"""The page of a study: its tables, intervals, plots, failed trials, and where each row is from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Split
from siger_pipeline.reporting.rendering import page_of_site
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
from siger_pipeline.reporting.site.documents import DatasetResults, Document, StudyResults
from siger_pipeline.reporting.tables import ABSENT
from siger_pipeline.studies.coverage import coverage_summary
from siger_pipeline.studies.summary import (
    PLACES,
    beside_published,
    differences,
    legend,
    summary,
)
from siger_pipeline.studies.sweep_table import all_rows, best_points, best_rows
from siger_pipeline.studies.table import fusion_note

TEMPLATE = "site/study.html"
UP = "../"  # from the page of a study to those of trials
PLOTS = {
    "plot": "The figures of the study's table, drawn; the same numbers are in the tables",
    "differences": "Differences to the baseline with their intervals, as in the tables",
}
DRAWN = (
    "Drawn: the point is the difference, filled where it is significant, square where "
    "it is a tie; the line its interval, the upright zero."
)
Part = tuple[str, Any, str]
"""Title, table and a sentence below it."""


def study_page(study: StudyResults, dataset: DatasetResults) -> bytes:
    """The page of a study, in the folder `studies` of its data set."""
    kind = kind_of(study.table)
    parts = {"sweep": _sweep, "coverage": _coverage, "trials": _trials}[kind](study, dataset)
    shown = [name for name in PLOTS if name in study.plots]
    return page_of_site(
        TEMPLATE,
        "../../",
        crumbs=[("../../index.html", "Results"), ("../index.html", dataset.name)],
        study=study,
        dataset=dataset,
        parts=parts,
        commands=list(best_points(study.table)["command"]) if kind == "sweep" else [],
        figures={name: study.plots[name] for name in shown},
        alts=PLOTS,
        failed=failed_trials(study.table) if kind == "trials" else [],
        again=trained_again(study.table, dataset) if kind == "trials" else [],
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


def _trials(study: StudyResults, dataset: DatasetResults) -> dict[str, list[Part]]:
    table = measured(study.table)
    note = fusion_note(study.fusion) if study.fusion else ""
    rows = summary(table, study.tests)
    said = [PLACES if len(rows) > 1 else "", "" if study.tests is None else legend(study.tests)]
    parts = {"Results at test": [("", summary_grid(rows, table), " ".join([*said, note]).strip())]}
    if study.tests is not None:
        parts["Differences to the baseline"] = _differences(study.tests)
    published = beside_published(table)
    if len(published):
        parts["Beside published figures"] = [
            (metric, _named_grid(_columns(of_metric)), "")
            for metric, of_metric in _by_metric(published)
        ]
    return parts


def measured(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of trials that did not fail."""
    return table[table["error"].isna()] if "error" in table else table


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


def _coverage(study: StudyResults, dataset: DatasetResults) -> dict[str, list[Part]]:
    _, rows = coverage_summary([study.table], int(study.table["cooccurring"].max()))
    named = grid(_columns(rows), words=("graph", "modality", "features"))
    note = (
        "Of the items with the most training users in common, how many are neighbours in the "
        "graph; weight: the share of all co-occurrence weight that is covered."
    )
    return {"Coverage of co-occurrence": [("", named, note)]}


def _sweep(study: StudyResults, dataset: DatasetResults) -> dict[str, list[Part]]:
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


def failed_trials(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Trial and error of each that failed."""
    if "error" not in table:
        return []
    rows = table[table["error"].notna()].drop_duplicates("trial")
    return list(zip(rows["trial"], rows["error"], strict=True))


def trained_again(table: pd.DataFrame, dataset: DatasetResults) -> list[str]:
    """Trials whose newest figures are not those of the table."""
    rows = measured(table)
    rows = rows[(rows["split"] == Split.TEST.value) & rows["k"].notna()]
    changed = []
    for name, of_trial in rows.groupby("trial", sort=False):
        now: Document = dataset.trials[str(name)].metrics["test"] if name in dataset.trials else {}
        keys = of_trial["metric"] + "@" + of_trial["k"].astype(str)
        pairs = zip(keys, of_trial["value"], strict=True)
        if any(now.get(key, value) != value for key, value in pairs):
            changed.append(str(name))
    return changed


def provenance_rows(table: pd.DataFrame, dataset: DatasetResults) -> Grid:
    """Where the rows of each trial come from: hashes, extractors, seed, device, time, memory."""
    rows = measured(table).drop_duplicates("trial")
    columns = {
        "data": "data",
        "features": "features",
        "feature_hashes": "hashes of features",
        "graph_hashes": "hashes of graphs",
        "device": "device",
        "versions": "versions",
    }
    pairs = zip(rows["trial"], rows["model"], strict=True)
    cells: dict[str, list[Any]] = {
        "trial": [linked(str(name), str(model), dataset.trials, UP) for name, model in pairs],
        "seed": [ABSENT if pd.isna(seed) else str(seed) for seed in rows["seed"]],
        "seconds": [_rounded(value) for value in _of(rows, "seconds")],
        "peak MiB": [_rounded(value) for value in _of(rows, "peak_mib")],
        **{
            title: [str(value) or ABSENT for value in _of(rows, column)]
            for column, title in columns.items()
        },
    }
    cells["data"] = [str(value)[7:19] for value in rows["data"]]
    return grid(cells, words=tuple(columns.values()))


def _of(rows: pd.DataFrame, column: str) -> list[Any]:
    """A column; dashes where tables of earlier releases lack it."""
    if column not in rows:
        return [ABSENT] * len(rows)
    return [ABSENT if pd.isna(value) else value for value in rows[column]]


def _rounded(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:,.1f}"


def _other_data(table: pd.DataFrame, dataset: DatasetResults) -> Sequence[str]:
    """Fingerprints of the study's data that are not those of the newest trials."""
    newest = {trial.origin["data"]["fingerprint"] for trial in dataset.trials.values()}
    return sorted(set(measured(table)["data"]) - newest) if newest else []
