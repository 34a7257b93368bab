"""The node of a sweep."""

from typing import Any

from siger_pipeline.pipelines.types import DataFrame

UNSAID = {"curve", "seconds"}  # stand in the table as part of the outcome


def tabulate_sweep(
    points: dict[str, dict[str, Any]], title: str, **results: Any
) -> tuple[DataFrame, str, str, str]:
    """The points as a table, the table as CSV, all in Markdown, and the best ones in LaTeX.

    Args:
        points: name -> what is said of each, in order.
        title: of the summary.
        results: `history_<n>` and `timings_<n>` of the n-th point if it was trained to its end,
            `validation_<n>` of one computed at once.
    """
    from siger_pipeline.studies.sweep_table import all_rows, best_rows, commands, sweep_table
    from siger_pipeline.studies.table import as_latex, as_markdown

    outcomes = [_outcome(n, point, results) for n, point in enumerate(points.values())]
    said = [{key: point[key] for key in point.keys() - UNSAID} for point in points.values()]
    table = sweep_table(said, outcomes)
    best = best_rows(table)
    texts = [as_markdown(best, title), commands(table), as_markdown(all_rows(table), "All points")]
    return table, table.to_csv(index=False), "\n".join(texts), as_latex(best)


def _outcome(n: int, point: dict[str, Any], results: dict[str, Any]) -> Any:
    from siger_pipeline.studies.sweep_table import Outcome, of_curve, of_training

    if validation := results.get(f"validation_{n}"):
        return Outcome(validation[point["metric"]], None, 0, point["seconds"])
    if f"history_{n}" in results:
        history, timings = (results[f"{kind}_{n}"].to_pandas() for kind in ("history", "timings"))
        return of_training(history, timings, point["metric"])
    return of_curve({int(epoch): value for epoch, value in point["curve"]}, point["seconds"])
