"""The node of a study."""

from typing import Any

from siger_pipeline.pipelines.types import DataFrame


def tabulate(
    trials: list[dict[str, Any]], title: str, **documents: dict[str, Any]
) -> tuple[DataFrame, str, str, str]:
    """The results of trials as a table, the table as CSV, and its summary in Markdown and LaTeX.

    Args:
        trials: what is said of each in the table.
        title: of the summary.
        documents: `metrics_<n>` and `origin_<n>` of the n-th trial.
    """
    from siger_pipeline.studies.table import as_latex, as_markdown, summary, tidy_table

    metrics, origins = (
        [documents[f"{kind}_{n}"] for n in range(len(trials))] for kind in ("metrics", "origin")
    )
    table = tidy_table(trials, metrics, origins)
    rows = summary(table)
    return table, table.to_csv(index=False), as_markdown(rows, title), as_latex(rows)
