"""The page of a data set: its counts, features, graphs and trials, and the way to its studies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from siger_pipeline.reporting.figures import main_metrics
from siger_pipeline.reporting.labels import graph_label
from siger_pipeline.reporting.page import counts_table, graph_table
from siger_pipeline.reporting.paper import name_in_paper
from siger_pipeline.reporting.rendering import as_json, page_of_site
from siger_pipeline.reporting.site.cells import Grid, Shown, linked, page_name, placed
from siger_pipeline.reporting.site.documents import (
    Comparison,
    DatasetResults,
    Document,
    Row,
    TrialResults,
)
from siger_pipeline.reporting.site.models import models_plot
from siger_pipeline.reporting.tables import ABSENT, against, headline, number
from siger_pipeline.studies.published import is_comparable

TEMPLATE = "site/dataset.html"
MAIN = "recall@20"
BY = "+"  # between a metric and the corrector
BIPARTITE = "bipartite"  # the recipe of the graphs whose statistics are those of users and items
DIGITS = 12  # of a hash that tells features or graphs apart


def dataset_page(dataset: DatasetResults) -> bytes:
    """The page of a data set, in its folder."""
    trials = trials_of(dataset.comparisons[0], dataset) if dataset.comparisons else []
    figures = {}
    if dataset.comparisons:
        own = all(is_comparable(trial.origin["overrides"]) for trial in trials)
        rows = dataset.comparisons[0].rows
        made = models_plot(rows, dataset.published if own else {}, main_metric(rows))
        figures["models"] = as_json(made)
    return page_of_site(
        TEMPLATE,
        "../",
        crumbs=[("../index.html", "Results")],
        dataset=dataset,
        of=dataset.name,
        origin=trials[0].origin if trials else None,
        figures=figures,
        tables=[(each.why, compared(each, dataset)) for each in dataset.comparisons],
        counts=None if dataset.counts is None else counts_table(dataset.counts),
        features=features_table(trials),
        graphs=graphs_table(trials),
        undescribed=[graph_label(name) for name in undescribed(trials)],
        notes=sorted({note for trial in trials for note in _notes(trial)}),
        studies=[(page_name(study.name), study) for study in dataset.studies],
    )


def trials_of(comparison: Comparison, dataset: DatasetResults) -> list[TrialResults]:
    """The trials of a table that have a page."""
    names = [row.name for row in comparison.rows if not row.floor]
    return [dataset.trials[name] for name in names if name in dataset.trials]


def compared(comparison: Comparison, dataset: DatasetResults) -> Grid:
    """Trials and floors, the best first, beside the paper's figures of their models.

    Args:
        comparison: trials whose figures may stand in one table.
        dataset: whose published figures stand beside trials on its own split.
    """
    main = main_metric(comparison.rows)
    rows = sorted(comparison.rows, key=lambda row: (-row.test.get(main, 0.0), row.name))
    columns, after = columns_of(rows)
    figures = {name: placed([row.test.get(name) for row in rows]) for name in (*columns, *after)}
    papers = [_paper(row, dataset, main) for row in rows]
    beside = [f"paper, {main}", "difference"] if any(papers) else []
    header = ["trial", *columns, *beside, "epochs", *after]
    cells: list[list[str | Shown]] = [
        [
            _named(row, dataset),
            *(figures[name][n] for name in columns),
            *(_beside(row.test.get(main), papers[n]) if beside else ()),
            _epochs(dataset.trials.get(row.name)) if not row.floor else ABSENT,
            *(figures[name][n] for name in after),
        ]
        for n, row in enumerate(rows)
    ]
    return Grid(header, cells)


def _named(row: Row, dataset: DatasetResults) -> Shown:
    if row.floor:
        return Shown(f"{row.name} (floor)", model=row.model)
    return linked(row.name, row.model, dataset.trials)


def columns_of(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """The headline metrics of the models alone, and those with a corrector, in one order."""
    measured = dict.fromkeys(name for row in rows for name in row.test)
    columns = headline({name: None for name in measured if BY not in name})
    correctors = sorted({name.partition(BY)[2] for name in measured if BY in name})
    after = [f"{metric}{BY}{corrector}" for corrector in correctors for metric in columns]
    return columns, [name for name in after if name in measured]


def main_metric(rows: Sequence[Row]) -> str:
    """The recall of the longest of the usual lists, of what was measured."""
    return main_metrics(dict.fromkeys(columns_of(rows)[0]))[0]


def _paper(row: Row, dataset: DatasetResults, metric: str) -> float | None:
    """The paper's figure of the row's model, of a trial on the data set's own split."""
    trial, published = dataset.trials.get(row.name), dataset.published
    if trial is None or not is_comparable(trial.origin["overrides"]):
        return None
    return published.get(name_in_paper(row.model, published) or "", {}).get(metric)


def _beside(value: float | None, paper: float | None) -> list[str]:
    return [number(paper), ABSENT if value is None else against(value, paper)]


def _epochs(trial: TrialResults | None) -> str:
    if trial is None or trial.history is None or trial.history.empty:
        return ABSENT
    return str(len(trial.history))


def features_table(trials: Sequence[TrialResults]) -> Grid | None:
    """Each modality's features once: extractor, items without, hash, and how many trials read them.

    None where no trial reads any.
    """
    read: dict[tuple[str, str, str], int] = {}
    missing: dict[str, tuple[int, int]] = {}
    for trial in trials:
        for modality in trial.origin["made_from"]["features"]:
            extractor = trial.origin["features"][modality]
            key = (modality, extractor, hash_of(trial.origin, "features", modality))
            read[key] = read.get(key, 0) + 1
        missing |= trial.missing
    rows = [
        [modality, extractor, _without(missing.get(modality)), digits, str(count)]
        for (modality, extractor, digits), count in sorted(read.items())
    ]
    header = ["modality", "extractor", "items without", "hash", "trials"]
    return Grid(header, rows, words=[1, 3]) if rows else None


def _without(counts: tuple[int, int] | None) -> str:
    return f"{counts[0]:,} of {counts[1]:,}" if counts else ABSENT


def hash_of(origin: Document, kind: str, name: str) -> str:
    """The first digits of the hash of features or a graph; a dash in older provenance."""
    whole = origin.get("fingerprints", {}).get(kind, {}).get(name, "")
    return whole.partition(":")[2][:DIGITS] or ABSENT


def graphs_table(trials: Sequence[TrialResults]) -> Any:
    """The statistics of each graph that a report describes, once; None where there are none."""
    rows = {
        row["graph"]: row for trial in trials for row in (trial.graphs or {"graphs": ()})["graphs"]
    }
    return graph_table({"graphs": list(rows.values())}) if rows else None


def undescribed(trials: Sequence[TrialResults]) -> list[str]:
    """Graphs between items that trials read and no report describes."""
    described = {
        row["graph"] for trial in trials for row in (trial.graphs or {"graphs": ()})["graphs"]
    }
    read = {
        name
        for trial in trials
        for name, how in trial.origin["made_from"]["graphs"].items()
        if how["recipe"] != BIPARTITE
    }
    return sorted(read - described)


def _notes(trial: TrialResults) -> list[str]:
    settings: Mapping[str, Any] = trial.origin["parameters"].get("report", {})
    paper = settings.get("paper_note")
    features = trial.origin["features_note"]
    told = [f"Features: {features}."] if features else []
    return told + ([f"Published figures: {paper}."] if paper else [])
