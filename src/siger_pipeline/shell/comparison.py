"""The newest metrics of the trials of one data set, side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from kedro.io import DataCatalog

from kedro_fresh.locations import locations
from siger_pipeline.errors import InputError, UserError
from siger_pipeline.models.registry import model_names
from siger_pipeline.shell.metrics import (
    Metrics,
    Result,
    floors_beside,
    floors_of,
    results_beside,
    seen_from_here,
)

Values = Mapping[str, float]  # metric -> value
METRICS = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")
ABSENT = "–"


def comparison(catalog: DataCatalog, trials: Iterable[str], dataset: str) -> Iterator[str]:
    """Lines of a table: test metrics of the trials that have results, and of the floors.

    Trials on other interactions or another split stand below it, in tables of their own.

    Args:
        catalog: of the data set.
        trials: names of those to show; none means all.
        dataset: its name.

    Raises:
        UserError: there are no results, or none of a trial that was named.
    """
    found = locations(catalog, ("metrics", "floors"))
    results = results_beside(found["metrics"])
    folder = str(seen_from_here(found["metrics"].path.parents[1]))  # type: ignore[union-attr]
    floors = {} if results else floors_of(found["floors"])
    if not results and not floors:
        raise InputError(f"no results under {folder}: run `kedro run` first")
    wanted = list(trials)
    for name in wanted:
        if name not in results:
            raise UserError(_why_not(name, results, floors_of(found["floors"]), folder))
    shown = [result for name, result in results.items() if not wanted or name in wanted]
    groups = _by_data(shown)
    tables = [_rows(group, floors_beside(found["floors"], group[-1].floors)) for group in groups]
    tables = tables or [_rows([], floors)]
    title = f"{dataset}, test"
    width = max(len(name) for name in (title, *(name for rows in tables for name in rows)))
    for n, rows in enumerate(tables):
        if n:
            data = groups[n][-1].data
            yield f"\nOn other interactions or another split ({data[:15] or 'not recorded which'}):"
        yield from _lines(title, rows, width)
    yield f"\nResults lie in {folder}/<trial>/"


def _by_data(results: Sequence[Result]) -> list[list[Result]]:
    """Results on the same split interactions together, those with the newest one first."""
    groups: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda each: each.version):
        groups.setdefault(result.data, []).append(result)
    return sorted(groups.values(), key=lambda group: group[-1].version, reverse=True)


def _rows(results: Iterable[Result], floors: Mapping[str, Metrics]) -> dict[str, Values]:
    rows: dict[str, Values] = {result.name: result.test for result in results}
    return rows | {f"{name} (floor)": splits["test"] for name, splits in floors.items()}


def _lines(title: str, rows: Mapping[str, Values], width: int) -> Iterator[str]:
    yield title.ljust(width + 2) + _row(METRICS)
    for name, values in sorted(rows.items(), key=lambda row: row[1].get("recall@20", 0.0)):
        cells = (f"{values[key]:.4f}" if key in values else ABSENT for key in METRICS)
        yield "  " + name.ljust(width) + _row(cells)


def _why_not(name: str, results: Collection[str], floors: Mapping[str, object], folder: str) -> str:
    there = f"trials with results are {', '.join(results)}" if results else "no trial has any yet"
    if name in floors:
        return f"{name} has not run as a model; as a floor it is in every comparison; {there}"
    if name in model_names():
        return f"{name} has no results under {folder}: `kedro run --params model={name}`; {there}"
    near = get_close_matches(name.lower(), [*results, *model_names()], n=1)
    wish = f"did you mean {near[0]!r}? " if near else ""
    return f"no trial {name!r}; {wish}{there}"


def _row(cells: Iterable[str]) -> str:
    return "".join(cell.rjust(11) for cell in cells)
