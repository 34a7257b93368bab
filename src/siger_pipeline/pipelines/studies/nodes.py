"""The nodes that compare and tabulate the trials of a study."""

from typing import Any

from kedro_fresh.failures import Failed
from siger_pipeline.pipelines.types import DataFrame, Table
from siger_pipeline.studies.config import SignificanceConfig


def compare_trials(
    trials: list[dict[str, Any]], tests: SignificanceConfig, **users: Table
) -> DataFrame:
    """Each model and variant against the baseline, user by user.

    Args:
        trials: what is said of each in the table of the study.
        tests: baseline, tests, correction.
        users: `users_<n>`, metrics of each user of the n-th trial.
    """
    from siger_pipeline.data.schema import Columns
    from siger_pipeline.studies.comparisons import compared_metrics, comparison_table, rows_of

    metrics = compared_metrics(users["users_0"].columns)
    read = (Columns.USER, Columns.SPLIT, *metrics)
    frames = (users[f"users_{n}"].select(*read).to_pandas() for n in range(len(trials)))
    return comparison_table(rows_of(trials, frames, metrics), metrics, tests)


def tabulate(
    trials: list[dict[str, Any]],
    title: str,
    dataset: str,
    paper_figures: Table,
    public_references: Table,
    tests: Table | None = None,
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
        documents: `metrics_<n>`, `origin_<n>` and `timings_<n>` of the n-th trial,
            `calibration_<n>` if it has a corrector; `fusion` of all, and `groups` with
            `groups_<n>`, if the study has these. What could not be made is `Failed`.
    """
    from siger_pipeline.reporting.paper import all_figures, public_figures
    from siger_pipeline.studies.failed import FailedTrial, failed_note, with_failed
    from siger_pipeline.studies.groups import with_groups
    from siger_pipeline.studies.published import PublishedFigures
    from siger_pipeline.studies.summary import written
    from siger_pipeline.studies.table import NO_FUSION, fusion_note, fusion_row, tidy_table

    reasons = [_why_failed(documents, f"_{n}") for n in range(len(trials))]
    failed = [FailedTrial(trials[n], why) for n, why in enumerate(reasons) if why]
    complete = [n for n, why in enumerate(reasons) if not why]
    measured = [_measured(trials[n], n, documents) for n in complete]
    notes = []
    if why := _why_failed(documents, "fusion"):
        failed.append(FailedTrial(NO_FUSION, why))
    elif fusion := documents.get("fusion"):
        measured.append(fusion_row(fusion, measured))
        notes.append(fusion_note(fusion))
    figures = all_figures(paper_figures, dataset), public_figures(public_references, dataset)
    table = tidy_table(measured, PublishedFigures(*figures))
    if chosen := documents.get("groups"):
        of_each = [documents[f"groups_{n}"].to_pandas() for n in complete]
        table = with_groups(table, measured, of_each, chosen)
    if why := _why_failed({"tests": tests}, "tests"):
        notes.append(f"Differences are not tested, since {why}.")
    compared = None if why or tests is None else tests.to_pandas()
    note = "\n\n".join(filter(None, [*notes, failed_note(failed)]))
    rows = with_failed(table, failed)
    return rows, rows.to_csv(index=False), *written(table, compared, title, note)


def _measured(trial: dict[str, Any], n: int, documents: dict[str, Any]) -> Any:
    """What is known of the n-th trial of a study."""
    from siger_pipeline.studies.table import Measured

    return Measured(
        trial,
        metrics=documents[f"metrics_{n}"],
        origin=documents[f"origin_{n}"],
        calibration=documents.get(f"calibration_{n}"),
        timings=documents[f"timings_{n}"].to_pandas(),
    )


def _why_failed(documents: dict[str, Any], end: str) -> str:
    """Which node failed, and why, of those that make documents with names of this end."""
    found = (each for name, each in documents.items() if name.endswith(end))
    failed = next((each for each in found if isinstance(each, Failed)), None)
    return " ".join(f"{failed.node}: {failed.error}".split()) if failed else ""
