from typing import Any

import pandas as pd
from ibis.expr.types import Table
from ibis.util import gen_name

from siger_pipeline.datasets.duckdb import connection
from siger_pipeline.pipelines.report.nodes import (
    draw_learning_curves,
    trace_provenance,
    write_report,
)
from siger_pipeline.pipelines.report.pipeline import create_pipeline
from siger_pipeline.reporting.config import ReportConfig
from siger_pipeline.selection import Selection
from siger_pipeline.training.config import TrainConfig

TRAIN = TrainConfig(
    seed=999,
    max_epochs=4,
    patience=2,
    monitor="recall@20",
    batch_size=64,
    learning_rate=0.01,
    device="cpu",
    block_mib=1,
)


def table(data: pd.DataFrame | dict[str, list[Any]]) -> Table:
    return connection().create_table(gen_name("table"), pd.DataFrame(data), temp=True)


def origin_of(model: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return trace_provenance(
        {"model": model, "device": "cuda:0"},
        parameters={**parameters, "model": model, "train": TRAIN, "lightgcn": {"layers": 3}},
        splits=table({"user_id": [0, 1], "item_id": [0, 0], "split": ["train", "test"]}),
        user_index=table({"user_id": [0, 1]}),
        item_index=table({"item_id": [0]}),
    )


def test_provenance_follows_the_model(parameters: dict[str, Any]) -> None:
    siger = origin_of("siger", parameters)
    lightgcn = origin_of("lightgcn", parameters)
    assert siger["features_note"] == "rebuilt features"
    assert lightgcn["features_note"] == ""
    assert (siger["data"]["users"], siger["data"]["items"]) == (2, 1)
    assert "siger" in siger["parameters"]
    assert "siger" not in lightgcn["parameters"]
    assert lightgcn["seed"] == 999
    assert lightgcn["device"] == "cuda:0"


def test_report_and_curves_are_made_of_what_the_catalog_holds(
    parameters: dict[str, Any],
    metrics: dict[str, Any],
    groups: pd.DataFrame,
    history: pd.DataFrame,
    paper: pd.DataFrame,
) -> None:
    origin = origin_of("lightgcn", parameters)
    document, text = write_report(
        metrics,
        group_metrics=table(groups),
        floors={"popularity": metrics},
        history=table(history),
        paper_figures=paper,
        origin=origin,
        report=ReportConfig(features_note="", paper_note=""),
    )
    assert document["paper"]["figures"]["LightGCN"]["recall@20"] == 0.0754
    assert "LightGCN in the paper" in text
    figure = draw_learning_curves(table(history), origin)
    assert "lightgcn on baby" in figure.layout.title.text


def test_every_model_has_the_same_report() -> None:
    pipeline = create_pipeline(Selection("mmrec", {}, "lightgcn", frozenset({"bipartite"})))
    wanted = {"provenance", "report", "report_markdown", "learning_curves"}
    assert pipeline.all_outputs() == wanted
    assert {"metrics", "floors", "history", "paper_figures"} <= pipeline.inputs()
    assert all(node.tags == {"report"} for node in pipeline.nodes)
