"""The newest metrics of the trials of one data set, side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from kedro.io import DataCatalog

from kedro_fresh.locations import Location, locations
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
CALIBRATED = ("recall@20", "ndcg@20")
BY = "+"  # between a metric and the corrector
ABSENT = "–"


@dataclass(frozen=True)
class Group:
    """Trials whose figures may be compared, the newest first, and the floors on their data."""

    results: Sequence[Result]
    floors: Mapping[str, Metrics]


def comparison(catalog: DataCatalog, trials: Iterable[str], dataset: str) -> Iterator[str]:
    """Lines of a table: test metrics of the trials that have results, and of the floors.

    Figures with a corrector stand in columns of their own, `recall@20+itemknn`.

    Trials on other interactions or another split, or with other items masked at test, stand below
    it, in tables of their own.

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
    groups = comparable(results.values(), found["floors"])
    chosen = [
        (group, shown)
        for group in groups
        if (shown := [each for each in group.results if not wanted or each.name in wanted])
    ]
    tables = [rows_of(shown, group.floors) for group, shown in chosen] or [rows_of([], floors)]
    columns = _columns(values for rows in tables for values in rows.values())
    title = f"{dataset}, test"
    width = max(len(name) for name in (title, *(name for rows in tables for name in rows)))
    for n, rows in enumerate(tables):
        if why := why_apart(*(group for group, _ in chosen[: n + 1])):
            yield f"\n{why}:"
        yield from _lines(title, rows, columns, width)
    yield f"\nResults lie in {folder}/<trial>/"


def comparable(results: Iterable[Result], floors: Location) -> list[Group]:
    """Trials by what their figures are measured on, the group with the newest results first.

    Of two groups that name the same floors, these are on the data of the newer one.

    Args:
        results: of a data set.
        floors: of any data.
    """
    by_basis: dict[tuple[str, str], list[Result]] = {}
    for result in sorted(results, key=lambda r: (bool(r.data), r.version), reverse=True):
        by_basis.setdefault(result.basis, []).append(result)
    groups, seen = [], set[str]()
    for group in by_basis.values():
        folder = next((each.floors for each in group if each.floors not in seen), "")
        seen |= {each.floors for each in group}
        groups.append(Group(group, floors_beside(floors, folder)))
    return groups


def why_apart(*groups: Group) -> str:
    """Why the trials of the last group do not stand with those of the first one; empty for one."""
    if not groups:
        return ""
    first, last = groups[0].results[0], groups[-1].results[0]
    if not last.data:
        again = "`kedro run --pipelines evaluate` writes it"
        return f"Without provenance, so that its split is not known ({again})"
    if last.data != first.data:
        return f"On other interactions or another split ({last.data[:15]})"
    if last.mask != first.mask:
        return f"With other items masked at test (evaluate.mask: {last.mask or 'not recorded'})"
    return ""


def rows_of(results: Iterable[Result], floors: Mapping[str, Metrics]) -> dict[str, Values]:
    """Name -> metric -> value at test, of trials with their correctors and of floors."""
    rows: dict[str, Values] = {r.name: {**r.test, **_calibrated(r)} for r in results}
    return rows | {f"{name} (floor)": splits["test"] for name, splits in floors.items()}


def _calibrated(result: Result) -> Values:
    """The figures with each corrector, under names of their own."""
    return {
        f"{metric}{BY}{corrector}": found.calibrated["test"][metric]
        for corrector, found in result.calibrations.items()
        for metric in CALIBRATED
        if metric in found.calibrated["test"]
    }


def _columns(rows: Iterable[Values]) -> list[str]:
    """The usual metrics, then those with each corrector that a row has."""
    found = {key for values in rows for key in values if BY in key}
    correctors = sorted({key.partition(BY)[2] for key in found})
    possible = (f"{metric}{BY}{corrector}" for corrector in correctors for metric in CALIBRATED)
    return [*METRICS, *(key for key in possible if key in found)]


def _lines(
    title: str, rows: Mapping[str, Values], columns: Sequence[str], width: int
) -> Iterator[str]:
    yield title.ljust(width + 2) + _row(columns, columns)
    for name, values in sorted(rows.items(), key=lambda row: row[1].get("recall@20", 0.0)):
        cells = (f"{values[key]:.4f}" if key in values else ABSENT for key in columns)
        yield "  " + name.ljust(width) + _row(cells, columns)


def _why_not(name: str, results: Collection[str], floors: Mapping[str, object], folder: str) -> str:
    there = f"trials with results are {', '.join(results)}" if results else "no trial has any yet"
    if name in floors:
        return f"{name} has not run as a model; as a floor it is in every comparison; {there}"
    if name in model_names():
        return f"{name} has no results under {folder}: `kedro run --params model={name}`; {there}"
    near = get_close_matches(name.lower(), [*results, *model_names()], n=1)
    wish = f"did you mean {near[0]!r}? " if near else ""
    return f"no trial {name!r}; {wish}{there}"


def _row(cells: Iterable[str], columns: Sequence[str]) -> str:
    widths = (max(11, len(column) + 2) for column in columns)
    return "".join(cell.rjust(wide) for cell, wide in zip(cells, widths, strict=True))
