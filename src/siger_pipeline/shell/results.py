"""What a run says at its end: its figures beside others', and where to look."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from kedro_fresh.locations import Location, locations
from kedro_fresh.phrases import few
from siger_pipeline.reporting.below import below_popularity, main_metrics
from siger_pipeline.shell.comparison import floors_of, metrics_of, metrics_of_models, seen_from_here
from siger_pipeline.shell.latest import renew_latest

MEASURED = {"metrics", "report", "report_page"}
LISTED = 5  # other models and floors, the best

Line = tuple[int, str]


def closing_lines(pipeline: Pipeline, catalog: DataCatalog) -> Iterator[Line]:
    """Level and text of each line.

    Args:
        pipeline: what was run, as it was chosen.
        catalog: of the run.
    """
    made = pipeline.all_outputs()
    found = locations(catalog, ("metrics", "floors", "report_page"))
    metrics = metrics_of(found["metrics"])
    if made & MEASURED and metrics:
        yield from _figures(catalog, metrics, found)
    else:
        yield from _ends(pipeline, catalog)
    if "report_page" in made:
        yield from _page(found["report_page"])


def _page(place: Location) -> Iterator[Line]:
    """Where the page lies: under its stable name, if that can be written."""
    try:
        page = renew_latest(place)
    except OSError as error:
        yield logging.WARNING, f"The newest page stays where it is: {error}"
        page = place.current()
    if page:
        yield logging.INFO, f"report: {seen_from_here(page)}"


def _figures(catalog: DataCatalog, metrics: Any, found: Mapping[str, Location]) -> Iterator[Line]:
    model, dataset = (catalog.load(f"params:{name}") for name in ("model", "dataset"))
    floors = floors_of(found["floors"])
    test, validation = metrics["test"], metrics["validation"]
    name, *rest = main_metrics(test)
    figures = [f"{name} {test[name]:.4f} (validation {validation[name]:.4f})"]
    figures += [f"{other} {test[other]:.4f}" for other in rest]
    yield logging.INFO, f"{model} on {dataset}, test: {', '.join(figures)}"
    if others := _others(model, name, floors, found["metrics"]):
        yield logging.INFO, f"{name} beside it: {others}"
    if warning := below_popularity(model, metrics, floors):
        yield logging.WARNING, warning


def _others(model: str, metric: str, floors: Mapping[str, Any], metrics: Location) -> str:
    """The other models of the data set and the floors, the best first."""
    rows = {name: splits["test"] for name, splits in floors.items()}
    rows |= metrics_of_models(metrics)
    values = {name: row[metric] for name, row in rows.items() if metric in row and name != model}
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
