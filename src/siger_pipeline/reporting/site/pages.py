"""The files of a site, from the results of all data sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from siger_pipeline.errors import InputError
from siger_pipeline.reporting.paper import name_in_paper
from siger_pipeline.reporting.rendering import assets, page_of_site
from siger_pipeline.reporting.site.cells import Grid, Shown, linked
from siger_pipeline.reporting.site.dataset import MAIN, dataset_page, trials_of
from siger_pipeline.reporting.site.documents import DatasetResults
from siger_pipeline.reporting.site.study import study_page
from siger_pipeline.reporting.site.trial import trial_page
from siger_pipeline.reporting.tables import ABSENT, number

FIRST = "index"  # the page of a folder
STUDIES = "studies"
SIZES = ("users", "items", "interactions")


def site(datasets: Sequence[DatasetResults]) -> dict[str, bytes]:
    """Relative path -> content of each file; the same results are the same bytes.

    Args:
        datasets: with results, in alphabetical order.

    Raises:
        InputError: two files would have the same path, as of a trial of the name `index`.
    """
    files = {**assets(), f"{FIRST}.html": index_page(datasets)}
    for dataset in datasets:
        for name, content in _of_dataset(dataset):
            path = f"{dataset.name}/{name}"
            if path in files:
                raise InputError(
                    f"a site cannot hold two files {path}: rename the data set, trial or study "
                    "that has the name of another page"
                )
            files[path] = content
    return files


def _of_dataset(dataset: DatasetResults) -> Iterator[tuple[str, bytes]]:
    yield f"{FIRST}.html", dataset_page(dataset)
    for trial in dataset.trials.values():
        yield f"{trial.name}.html", trial_page(trial, dataset)
    for study in dataset.studies:
        yield f"{STUDIES}/{study.name}.html", study_page(study, dataset)
        for name, content in study.downloads.items():
            yield f"{STUDIES}/{study.name}/{name}", content


def index_page(datasets: Sequence[DatasetResults]) -> bytes:
    """The first page: every data set with its size, its best trial and the paper's figure."""
    rows = [_row(dataset) for dataset in datasets]
    header = ["data set", "users", "items", "interactions", "trials", "studies", "best trial"]
    header += [MAIN, f"SIGER in the paper, {MAIN}"]
    return page_of_site(
        "site/index.html",
        "",
        crumbs=(),
        figures={},
        of="all data sets",
        overview=Grid(header, rows, words=[6]),
    )


def _row(dataset: DatasetResults) -> list[str | Shown]:
    trials = trials_of(dataset.comparisons[0], dataset) if dataset.comparisons else []
    best = max(trials, key=lambda one: one.metrics["test"].get(MAIN, 0.0), default=None)
    sizes: Mapping[str, Any] = trials[0].origin["data"] if trials else {}
    folder = f"{quote(dataset.name)}/"
    paper = dataset.published.get(name_in_paper("siger", dataset.published) or "", {})
    return [
        Shown(dataset.name, href=f"{folder}{FIRST}.html"),
        *(f"{sizes[key]:,}" if key in sizes else ABSENT for key in SIZES),
        str(len(dataset.trials)),
        str(len(dataset.studies)),
        linked(best.name, best.model, dataset.trials, folder) if best else ABSENT,
        number(best.metrics["test"].get(MAIN) if best else None),
        number(paper.get(MAIN)),
    ]
