"""Nodes of the report stage."""

from typing import Any

import pandas as pd
from ibis.expr.types import Table
from plotly.graph_objects import Figure

from siger_pipeline.models.registry import MODELS, model_class
from siger_pipeline.reporting.config import ReportConfig
from siger_pipeline.reporting.paper import published_figures
from siger_pipeline.reporting.plots import learning_curves
from siger_pipeline.reporting.provenance import Run, provenance
from siger_pipeline.reporting.summary import summarise
from siger_pipeline.reporting.tables import markdown


def trace_provenance(
    checkpoint: dict[str, Any],
    *,
    parameters: dict[str, Any],
    splits: Table,
    user_index: Table,
    item_index: Table,
) -> dict[str, Any]:
    """Data, parameters, versions and device behind the figures."""
    model = checkpoint["model"]
    run = Run(
        model=model,
        others=MODELS.keys() - {model},
        uses_features="features" in model_class(model).needs,
        device=checkpoint["device"],
        parameters=parameters,
    )
    sizes = (int(index.count().execute()) for index in (user_index, item_index))
    return provenance(run, splits.to_pandas(), *sizes)


def write_report(
    metrics: dict[str, Any],
    *,
    group_metrics: Table,
    floors: dict[str, Any],
    history: Table,
    paper_figures: pd.DataFrame,
    origin: dict[str, Any],
    report: ReportConfig,
) -> tuple[dict[str, Any], str]:
    """The report, for programs and for people."""
    document = summarise(
        metrics,
        group_metrics.to_pandas(),
        floors,
        history=history.to_pandas(),
        published=published_figures(paper_figures, origin["dataset"]),
        paper_note=report.paper_note,
        provenance=origin,
    )
    return document, markdown(document)


def draw_learning_curves(history: Table, origin: dict[str, Any]) -> Figure:
    """Losses, validation and time, epoch by epoch."""
    name = f"{origin['model']} on {origin['dataset']}"
    return learning_curves(history.to_pandas(), name, origin["features_note"])
