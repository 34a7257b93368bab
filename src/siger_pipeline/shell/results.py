"""What a run says at its end: its figures beside others', and where to look."""

import logging
from collections.abc import Iterator
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from kedro_fresh.locations import Location, locations
from kedro_fresh.phrases import few
from siger_pipeline.evaluation.config import widen
from siger_pipeline.reporting.below import below_popularity, main_metrics
from siger_pipeline.shell.latest import renew_latest
from siger_pipeline.shell.metrics import (
    floors_beside,
    metrics_of,
    results_beside,
    seen_from_here,
)

MEASURED = {"metrics", "report", "report_page"}
LISTED = 5  # other trials and floors, the best

Line = tuple[int, str]


def closing_lines(pipeline: Pipeline, catalog: DataCatalog) -> Iterator[Line]:
    """Level and text of each line.

    Args:
        pipeline: what was run, as it was chosen.
        catalog: of the run.
    """
    made = pipeline.all_outputs()
    trials = sorted({name.rpartition("/")[0] for name in made if _plain(name) in MEASURED})
    tables = sorted(name for name in made if _plain(name) == "table_markdown")
    metrics = _metrics(catalog, trials[0]) if len(trials) == 1 else None
    if tables:
        trained = sum(_plain(name) == "checkpoint" for name in made)
        yield from _tables(locations(catalog, tables), len(trials) or trained)
    elif metrics and (read := metrics_of(metrics)):
        yield from _figures(catalog, metrics, read, made)
    else:
        yield from _ends(pipeline, catalog)
    pages = [name for name in made if _plain(name) == "report_page"]
    for place in locations(catalog, pages).values():
        yield from _page(place)


def _plain(name: str) -> str:
    """The name of a dataset, without that of its trial."""
    return name.rpartition("/")[2]


def _metrics(catalog: DataCatalog, trial: str) -> Location:
    name = f"{trial}/metrics"
    return locations(catalog, [name])[name]


def _tables(tables: dict[str, Location], trials: int) -> Iterator[Line]:
    for name, place in tables.items():
        if path := place.current():
            study = name.split("/")[1]
            of = f", {trials} trials" if trials else ""
            yield logging.INFO, f"{study}{of}: see {seen_from_here(path)}"


def _page(place: Location) -> Iterator[Line]:
    """Where the page lies: under its stable name, if that can be written."""
    try:
        page = renew_latest(place)
    except OSError as error:
        yield logging.WARNING, f"The newest page stays where it is: {error}"
        page = place.current()
    if page:
        yield logging.INFO, f"report: {seen_from_here(page)}"


def _figures(catalog: DataCatalog, place: Location, metrics: Any, made: set[str]) -> Iterator[Line]:
    assert place.path is not None
    trial, results = place.path.parent.name, results_beside(place)
    own = results[trial]
    floors = floors_beside(locations(catalog, ["floors"])["floors"], own.floors)
    test, validation = metrics["test"], metrics["validation"]
    name, *rest = main_metrics(test)
    figures = [f"{name} {test[name]:.4f} (validation {validation[name]:.4f})"]
    figures += [f"{other} {test[other]:.4f}" for other in rest]
    dataset = catalog.load("params:dataset")
    yield logging.INFO, f"{trial} on {dataset}, test: {', '.join(figures)}"
    correctors = {_plain(dataset) for dataset in made if "/calibrated/" in dataset}
    for corrector in sorted(correctors & own.calibrations.keys()):
        found = own.calibrations[corrector]
        figures = [f"{key} {found.calibrated['test'][key]:.4f}" for key in (name, *rest)]
        weight = f"weight {found.weight:g}"
        weight += f", {widen('calibration.weights')}" if found.at_end else ""
        told = f"calibrated by {corrector} ({weight}), test: {', '.join(figures)}"
        yield logging.INFO, told
    rows = {floor: dict(splits["test"]) for floor, splits in floors.items()}
    rows |= {other.name: dict(other.test) for other in results.values() if other.basis == own.basis}
    values = {key: row[name] for key, row in rows.items() if name in row and key != trial}
    if values:
        yield logging.INFO, f"{name} beside it: {_best(values)}"
    if warning := below_popularity(trial, metrics, floors):
        yield logging.WARNING, warning


def _best(values: dict[str, float]) -> str:
    """Trials on the same data and the floors, the best first."""
    best = sorted(values, key=lambda name: -values[name])
    told = ", ".join(f"{name} {values[name]:.4f}" for name in best[:LISTED])
    return told + (f", … (`kedro compare` has all {len(best)})" if len(best) > LISTED else "")


def _ends(pipeline: Pipeline, catalog: DataCatalog) -> Iterator[Line]:
    """Where a run that did not come to the evaluation has left its results."""
    ends = locations(catalog, sorted(pipeline.outputs()))
    paths = [place.path for place in ends.values() if place.path]
    folders = sorted({str(seen_from_here(path.parent)) for path in paths})
    if folders:
        yield logging.INFO, f"This run ends at {few(list(ends))}: see {few(folders)}"
