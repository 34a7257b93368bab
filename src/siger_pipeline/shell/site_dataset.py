"""All results of a data set, read from its folder for the pages of the site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kedro_fresh.locations import Location
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.shell.comparison import Group, comparable, rows_of, why_apart
from siger_pipeline.shell.metrics import results_beside
from siger_pipeline.shell.site_studies import read_study
from siger_pipeline.shell.site_trials import CommandOf, read_trial

if TYPE_CHECKING:
    import pandas as pd
    from ibis.expr.types import Table

    from siger_pipeline.reporting.site.documents import DatasetResults, Row, TrialResults

ANY = "any"  # stands for a study in the name of a dataset
STUDIES = "studies"
NAMES = ("metrics", "floors", "counts", f"{STUDIES}/{ANY}/table")
# One of these is in the folder of a trial, whatever became of it.
OF_TRIALS = ("metrics.json", "history.parquet", "validation.json")
Places = Mapping[str, Location]
"""Catalog name -> where it lies, of the datasets in `NAMES`."""


def read_dataset(
    name: str, places: Places, paper: Table, command: CommandOf
) -> DatasetResults | None:
    """All results of a data set; None where the folder of this name holds none.

    Args:
        name: of the data set, whose results need not be those of the environment.
        places: of the datasets of any data set.
        paper: the published figures.
        command: that runs a trial.
    """
    from siger_pipeline.reporting.paper import published_figures
    from siger_pipeline.reporting.site.documents import Comparison, DatasetResults

    metrics, floors = (
        _elsewhere(places[of], name, up) for of, up in (("metrics", 1), ("floors", 0))
    )
    folder = _path(floors).parent
    groups = comparable(results_beside(metrics).values(), floors)
    pages = [
        read_trial(
            replace(metrics, path=folder / result.name / _path(metrics).name),
            result,
            group,
            command,
        )
        for group in groups
        for result in group.results
    ]
    studies = [read_study(table) for table in _tables(_elsewhere(places[NAMES[-1]], name, 2))]
    if not pages and not studies:
        return None
    trials = {page.name: page for page in pages if not isinstance(page, str)}
    measured = {result.name for group in groups for result in group.results}
    return DatasetResults(
        name=name,
        comparisons=[
            Comparison(_rows(group, trials), why_apart(*groups[: n + 1]))
            for n, group in enumerate(groups)
        ],
        trials=dict(sorted(trials.items())),
        studies=[study for study in studies if not isinstance(study, str)],
        counts=_counts(_elsewhere(places["counts"], name, 0), groups[:1], trials),
        published=published_figures(paper, name),
        unmeasured=[trial for trial in _trials_in(folder) if trial not in measured],
        left_out=[each for each in (*pages, *studies) if isinstance(each, str)],
    )


def _elsewhere(place: Location, dataset: str, up: int) -> Location:
    """The same of another data set, whose folder is so many above that of the file."""
    path = _path(place)
    below = path.relative_to(path.parents[up])
    return replace(place, path=path.parents[up + 1] / dataset / below)


def _tables(table: Location) -> Iterator[Location]:
    """The tables of all studies beside one."""
    path = _path(table)
    for found in sorted(path.parents[1].glob(f"*/{path.name}")):
        yield replace(table, path=found)


def _trials_in(folder: Path) -> list[str]:
    """The names of all folders of trials, whatever is in them."""
    return sorted({path.parent.name for name in OF_TRIALS for path in folder.glob(f"*/{name}")})


def _rows(group: Group, trials: Mapping[str, TrialResults]) -> list[Row]:
    from siger_pipeline.reporting.site.documents import Row

    models = {name: trial.model for name, trial in trials.items()}
    return [
        *(
            Row(name, models.get(name, name.partition("+")[0]), values)
            for name, values in rows_of(group.results, {}).items()
        ),
        *(Row(name, name, splits["test"], floor=True) for name, splits in group.floors.items()),
    ]


def _counts(
    counts: Location, groups: Sequence[Group], trials: Mapping[str, TrialResults]
) -> pd.DataFrame | None:
    """The newest counts, if the data of the newest trials have come to them."""
    import pandas as pd

    path = counts.current()
    names = [result.name for group in groups for result in group.results if result.name in trials]
    if path is None or not names:
        return None
    rows = pd.read_parquet(path)
    data = trials[names[0]].origin["data"]
    of_step = dict(zip(rows[Columns.STEP], rows[Columns.INTERACTIONS], strict=True))
    same = all(of_step.get(f"split: {split.value}") == data[split.value] for split in Split)
    return rows if same else None


def _path(place: Location) -> Path:
    assert place.path is not None
    return place.path
