"""Write `docs/results`: `python -m tools.results [--from PROJECT/data/08_reporting]`.

With `--from`, the newest tables of studies and single trials are collected first. `make results`
does both, from the repository.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from pathlib import Path

import click
import pandas as pd
import yaml

from kedro_fresh.phrases import few
from siger_pipeline.errors import UserError
from tools.results.claims import CLAIMS, QUESTIONS
from tools.results.collect import Said, collect, merged, unfinished
from tools.results.notes import read_notes
from tools.results.overview import overview
from tools.results.page import page, verdicts
from tools.results.published import beside
from tools.results.tables import TRIALS, read_table, read_tables, write_table, write_text

ROOT = Path(__file__).parents[2]
RESULTS = Path("docs/results")


def rendered(root: Path) -> dict[Path, str]:
    """The documents by their path below the repository, of the tables and notes there.

    Args:
        root: of the repository.

    Raises:
        UserError: a table or a note is not as it must be.
    """
    results = root / RESULTS
    datasets = [(each, beside(root, each.dataset)) for each in read_tables(results / "tables")]
    graded = {tables.dataset: verdicts(tables, others) for tables, others in datasets}
    notes = read_notes(results / "notes", [*graded], [c.name for c in (*CLAIMS, *QUESTIONS)])
    studies = yaml.safe_load((root / "conf/base/studies.yml").read_text(encoding="utf-8"))
    said = {name: str(study["description"]) for name, study in studies.items()}
    pages = {
        RESULTS / f"{tables.dataset}.md": page(tables, others, graded[tables.dataset], said, notes)
        for tables, others in datasets
    }
    return {RESULTS / "README.md": overview(graded), **pages}


def gather(root: Path, reporting: Path, said: Said, only: Sequence[str]) -> list[str]:
    """Renew the tables of every data set that a project has results of; what was done, in lines.

    All are read before any is written.

    Args:
        root: of the repository.
        reporting: the project's `data/08_reporting`.
        said: beside the figures.
        only: patterns of names of studies and single trials; none means all.

    Raises:
        UserError: a table is not as it must be, or there is none.
    """

    def wanted(name: str) -> bool:
        return not only or any(fnmatch(name, pattern) for pattern in only)

    lines, files = list[str](), dict[Path, pd.DataFrame]()
    for folder in sorted(path for path in reporting.iterdir() if path.is_dir()):
        if not (root / "conf" / folder.name).is_dir():
            lines.append(f"{folder.name}: left out, since there is no conf/{folder.name}")
            continue
        files |= _renewed(root, folder, said, wanted)
        if none := unfinished(folder, wanted):
            lines.append(f"{folder.name}: left out, since not measured at test: {few(none)}")
    if not files:
        raise UserError(
            f"{reporting} has no results of a data set of conf/ that were asked for: name the "
            "data/08_reporting of a project in which studies or trials have run"
        )
    for path, rows in files.items():
        if len(rows):
            write_table(path, rows)
        else:
            path.unlink(missing_ok=True)  # single trials that are all in studies now
    return [
        *lines,
        *(f"{path.relative_to(root)}: {len(rows)} rows" for path, rows in files.items()),
    ]


def _renewed(
    root: Path, folder: Path, said: Said, wanted: Callable[[str], bool]
) -> dict[Path, pd.DataFrame]:
    """Tables of a data set by their path; of the single trials with those that were there."""
    target = root / RESULTS / "tables" / folder.name
    new = collect(folder, said, wanted, beside(root, folder.name).figures)
    old = {path.stem: read_table(path) for path in sorted(target.glob("*.csv"))} if new else {}
    if (trials := merged(new, old)) is not None:
        new[TRIALS] = trials
    return {target / f"{name}.csv": rows for name, rows in new.items()}


@click.command()
@click.option(
    "--from",
    "reporting",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="data/08_reporting of a project, whose tables are collected first.",
)
@click.option("--only", multiple=True, help="Names of studies and single trials, such as siger*.")
@click.option("--machine", help="What the trials ran on; wanted with --from.")
@click.option("--note", default="", help="What else a reader has to know of these figures.")
def main(reporting: Path | None, only: tuple[str, ...], machine: str | None, note: str) -> None:
    """Write docs/results/README.md and a page a data set from docs/results/tables."""
    try:
        if reporting:
            if not machine:
                raise UserError("--machine is missing: say what these trials ran on")
            for line in gather(ROOT, reporting, Said(machine, note), only):
                click.echo(line)
        documents = rendered(ROOT)
        for path, text in documents.items():
            write_text(ROOT / path, text)
    except UserError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(documents)} documents written to {RESULTS}")


if __name__ == "__main__":
    main()
