"""Wiring of the report stage: history, metrics and provenance → tables and plots."""

from kedro.pipeline import Node, Pipeline

from siger_pipeline.pipelines.report.nodes import (
    draw_learning_curves,
    trace_provenance,
    write_report,
)
from siger_pipeline.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """Provenance first, since the table and the plot both name it; every model has them."""
    origin = {
        "checkpoint": "checkpoint",
        "parameters": "parameters",
        "splits": "splits",
        "user_index": "user_index",
        "item_index": "item_index",
    }
    figures = {
        "metrics": "metrics",
        "group_metrics": "group_metrics",
        "floors": "floors",
        "history": "history",
        "paper_figures": "paper_figures",
        "origin": "provenance",
        "report": "params:report",
    }
    curves = {"history": "history", "origin": "provenance"}
    return Pipeline(
        [
            Node(trace_provenance, origin, "provenance", name="trace_provenance"),
            Node(write_report, figures, ["report", "report_markdown"], name="write_report"),
            Node(draw_learning_curves, curves, "learning_curves", name="draw_learning_curves"),
        ],
        tags="report",
    )
