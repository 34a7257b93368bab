"""The nodes that compare and tabulate the trials of a study."""

from typing import Any

from kedro_fresh.failures import Failed
from siger_pipeline.pipelines.types import DataFrame, Table
from siger_pipeline.studies.config import SignificanceConfig


def compare_trials(
    trials: list[dict[str, Any]],
    tests: SignificanceConfig,
    fusion: dict[str, Any] | None = None,
    correctors: list[str] | None = None,
    **users: Table,
) -> DataFrame:
    """Each model and variant against the baseline, user by user.

    Args:
        trials: what is said of each in the table of the study.
        tests: baseline, tests, correction.
        fusion: of the trials, if there is one.
        correctors: of the trials, if there are any.
        users: metrics of each user: `users_<n>` of the n-th trial, `users_<n>_<corrector>` of it
            with a corrector, `users_fusion`.
    """
    from siger_pipeline.data.schema import Columns
    from siger_pipeline.studies.comparisons import compared_metrics, comparison_table, rows_of
    from siger_pipeline.studies.sums import corrected, summed

    metrics = compared_metrics(users["users_0"].columns)
    read = (Columns.USER, Columns.SPLIT, *metrics)
    said: dict[str, dict[str, Any]] = {}
    for n, trial in enumerate(trials):
        said[f"users_{n}"] = trial
        said |= {f"users_{n}_{name}": corrected(trial, name) for name in correctors or ()}
    if fusion:
        said["users_fusion"] = summed(fusion)
    frames = (users[name].select(*read).to_pandas() for name in said)
    return comparison_table(rows_of([*said.values()], frames, metrics), metrics, tests)


def tabulate(
    trials: list[dict[str, Any]],
    title: str,
    dataset: str,
    paper_figures: Table,
    public_references: Table,
    tests: Table | None = None,
    correctors: list[str] | None = None,
    groups: list[str] | None = None,
    **documents: Any,
) -> tuple[DataFrame, str, str, str]:
    """The results of trials as a table, the table as CSV, and its summary in Markdown and LaTeX.

    Args:
        trials: what is said of each in the table.
        title: of the summary.
        dataset: name of the data set.
        paper_figures: of the paper's tables.
        public_references: figures of public runs.
        tests: of `compare_trials`, if the study has any.
        correctors: of the trials, if there are any.
        groups: that the table has, if any.
        documents: as of `results_of`. What could not be made is `Failed`.
    """
    from siger_pipeline.reporting.paper import all_figures, public_figures
    from siger_pipeline.studies.failed import failed_note, with_failed
    from siger_pipeline.studies.groups import with_groups
    from siger_pipeline.studies.published import PublishedFigures
    from siger_pipeline.studies.results import results_of
    from siger_pipeline.studies.summary import written
    from siger_pipeline.studies.table import no_place_note, tidy_table

    lost = {name: _why_failed(each) for name, each in documents.items() if _is_lost(each)}
    there = {name: _read(each) for name, each in documents.items()}
    results = results_of(trials, correctors or (), there, lost)
    figures = all_figures(paper_figures, dataset), public_figures(public_references, dataset)
    table = tidy_table(results.rows, PublishedFigures(*figures))
    if groups:
        table = with_groups(table, results.groups, groups)
    untested = f"Differences are not tested, since {_why_failed(tests)}." if _is_lost(tests) else ""
    compared = None if untested or tests is None else tests.to_pandas()
    notes = [*results.notes, no_place_note(table), untested, failed_note(results.failed)]
    rows = with_failed(table, results.failed)
    note = "\n\n".join(filter(None, notes))
    return rows, rows.to_csv(index=False), *written(table, compared, title, note)


def _is_lost(document: Any) -> bool:
    return isinstance(document, Failed)


def _why_failed(failed: Any) -> str:
    """Which node failed, and why."""
    return " ".join(f"{failed.node}: {failed.error}".split())


def _read(document: Any) -> Any:
    """A table as a frame; others as they are."""
    return document.to_pandas() if hasattr(document, "to_pandas") else document
