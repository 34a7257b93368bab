"""The nodes that draw studies: each plot as a figure for pages and as a PDF for papers."""

from typing import Any

from siger_pipeline.pipelines.types import Figure, Table


def draw_study(table: Table, title: str, varied: dict[str, Any]) -> tuple[Figure, bytes]:
    """The results of a study.

    Args:
        table: of the study.
        title: of the study.
        varied: the parameters of its grid and of `each`, with their values by trial.
    """
    from siger_pipeline.reporting.charts.study import study_chart

    return _drawn(study_chart(table.to_pandas(), title, varied))


def draw_differences(tests: Table, title: str) -> tuple[Figure, bytes]:
    """Each model and variant less the baseline."""
    from siger_pipeline.reporting.charts.differences import differences_chart

    return _drawn(differences_chart(tests.to_pandas(), title))


def draw_coverage(table: Table, title: str, coverage: dict[str, Any]) -> tuple[Figure, bytes]:
    """How many co-occurring items are neighbours by content."""
    from siger_pipeline.reporting.charts.coverage import coverage_chart

    return _drawn(coverage_chart(table.to_pandas(), coverage["top"], title))


def draw_sweep(table: Table, title: str) -> tuple[Figure, bytes]:
    """Validation by point."""
    from siger_pipeline.reporting.charts.sweep import sweep_chart

    return _drawn(sweep_chart(table.to_pandas(), title))


def _drawn(chart: Any) -> tuple[Figure, bytes]:
    from siger_pipeline.reporting.charts.on_page import plotly_figure
    from siger_pipeline.reporting.charts.on_paper import pdf

    return plotly_figure(chart), pdf(chart)
