"""The newest metrics of the models of one data set, side by side."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from kedro.io import DataCatalog

from siger_pipeline.caching.places import Place, places
from siger_pipeline.errors import InputError

METRICS = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")


def comparison(catalog: DataCatalog, models: Iterable[str], dataset: str) -> Iterator[str]:
    """Lines of a table: test metrics of the models that have results, and of the floors.

    Args:
        catalog: of the data set, for any model.
        models: the ones to show; none means all.
        dataset: its name.

    Raises:
        InputError: there are no results.
    """
    found = places(catalog, ("metrics", "floors"))
    metrics, floors = found["metrics"], found["floors"]
    assert metrics.path is not None
    folder = metrics.path.parents[1]
    rows = dict(_of_models(metrics, folder, set(models)))
    if newest := floors.current():
        floor_metrics = json.loads(newest.read_text())
        rows |= {f"{name} (floor)": splits["test"] for name, splits in floor_metrics.items()}
    if not rows:
        raise InputError(f"no results under {folder}: run `kedro run` first")
    width = max(len(name) for name in (*rows, dataset + ", test"))
    yield f"{dataset}, test".ljust(width + 2) + _row(METRICS)
    for name, values in sorted(rows.items(), key=lambda row: row[1]["recall@20"]):
        yield "  " + name.ljust(width) + _row(f"{values[metric]:.4f}" for metric in METRICS)
    yield f"\nResults lie in {_seen_from_here(folder)}/<model>/"


def _of_models(
    metrics: Place, folder: Path, wanted: set[str]
) -> Iterator[tuple[str, dict[str, float]]]:
    assert metrics.path is not None
    for path in sorted(folder.glob(f"*/{metrics.path.name}")):
        newest = replace(metrics, path=path).current()
        if newest and (not wanted or path.parent.name in wanted):
            yield path.parent.name, json.loads(newest.read_text())["test"]


def _row(cells: Iterable[str]) -> str:
    return "".join(cell.rjust(11) for cell in cells)


def _seen_from_here(folder: Path) -> Path:
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
