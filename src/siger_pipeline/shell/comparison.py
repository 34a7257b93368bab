"""The newest metrics of the models of one data set, side by side."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog
from pydantic import TypeAdapter

from kedro_fresh.locations import Location, locations
from siger_pipeline.errors import InputError, UserError
from siger_pipeline.models.registry import model_names

METRICS = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")
ABSENT = "–"
LOG = logging.getLogger(__name__)
Metrics = dict[str, dict[str, float]]  # split -> metric -> value


def comparison(catalog: DataCatalog, models: Iterable[str], dataset: str) -> Iterator[str]:
    """Lines of a table: test metrics of the models that have results, and of the floors.

    Args:
        catalog: of the data set, for any model.
        models: the ones to show; none means all.
        dataset: its name.

    Raises:
        UserError: there are no results, or none of a model that was named.
    """
    found = locations(catalog, ("metrics", "floors"))
    floors = floors_of(found["floors"])
    results = metrics_of_models(found["metrics"])
    folder = seen_from_here(_folder(found["metrics"]))
    if not results and not floors:
        raise InputError(f"no results under {folder}: run `kedro run` first")
    wanted = list(models)
    for name in wanted:
        if name not in results:
            raise UserError(_why_not(name, results, floors, str(folder)))
    rows = {name: row for name, row in results.items() if not wanted or name in wanted}
    rows |= {f"{name} (floor)": splits["test"] for name, splits in floors.items()}
    width = max(len(name) for name in (*rows, dataset + ", test"))
    yield f"{dataset}, test".ljust(width + 2) + _row(METRICS)
    for name, values in sorted(rows.items(), key=lambda row: row[1].get("recall@20", 0.0)):
        cells = (f"{values[key]:.4f}" if key in values else ABSENT for key in METRICS)
        yield "  " + name.ljust(width) + _row(cells)
    yield f"\nResults lie in {folder}/<model>/"


def metrics_of_models(metrics: Location) -> dict[str, dict[str, float]]:
    """Model -> metric -> value at test, of every model of the data set that has results."""
    assert metrics.path is not None
    found = {}
    for path in sorted(_folder(metrics).glob(f"*/{metrics.path.name}")):
        if read := metrics_of(replace(metrics, path=path)):
            found[path.parent.name] = read["test"]
    return found


def metrics_of(metrics: Location) -> Metrics | None:
    """The newest metrics of a model; None where there are none, or the file holds no metrics."""
    read = _read(metrics, TypeAdapter(Metrics))
    return read if read and _has_test(metrics, read) else None


def floors_of(floors: Location) -> dict[str, Metrics]:
    """The newest metrics of each floor; none where there is no file, or it holds no metrics."""
    read = _read(floors, TypeAdapter(dict[str, Metrics])) or {}
    return {name: values for name, values in read.items() if _has_test(floors, values)}


def _has_test(place: Location, metrics: Metrics) -> bool:
    if not metrics.get("test"):
        LOG.warning("%s is left out: it has no test metrics", place.current())
    return bool(metrics.get("test"))


def _read(place: Location, kind: TypeAdapter[Any]) -> Any:
    path = place.current()
    if path is None or not path.exists():
        return None
    try:
        return kind.validate_json(path.read_bytes())
    except (OSError, ValueError):
        LOG.warning("%s is left out: it cannot be read as metrics", seen_from_here(path))
        return None


def seen_from_here(path: Path) -> Path:
    """A path from the working directory, if it lies below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _why_not(name: str, results: Collection[str], floors: Mapping[str, object], folder: str) -> str:
    there = f"models with results are {', '.join(results)}" if results else "no model has any yet"
    if name in floors:
        return f"{name} has not run as a model; as a floor it is in every comparison; {there}"
    if name in model_names():
        return f"{name} has no results under {folder}: `kedro run --params model={name}`; {there}"
    near = get_close_matches(name.lower(), [*results, *model_names()], n=1)
    wish = f"did you mean {near[0]!r}? " if near else ""
    return f"no model {name!r}; {wish}{there}"


def _folder(metrics: Location) -> Path:
    """The data set's folder, which holds one of each model."""
    assert metrics.path is not None
    return metrics.path.parents[1]


def _row(cells: Iterable[str]) -> str:
    return "".join(cell.rjust(11) for cell in cells)
