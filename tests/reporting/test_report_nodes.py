from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ibis.expr.types import Table
from scipy import sparse

from arranged import arranged
from contracts.world import config_of, train_config
from reporting.made_up import in_duckdb, item_graphs, world
from siger_pipeline.models.registry import requests_of
from siger_pipeline.pipelines.names import SPLIT_TABLES
from siger_pipeline.pipelines.report.nodes import (
    describe_graphs,
    draw_learning_curves,
    look_up,
    trace_provenance,
    write_report,
)
from siger_pipeline.pipelines.report.pipeline import create_pipeline
from siger_pipeline.reporting.config import ReportConfig
from siger_pipeline.reporting.fingerprints import matrix_fingerprint
from siger_pipeline.requests import Request, graph
from siger_pipeline.shell.selection import Selection

FEATURES, GRAPH = np.eye(3), sparse.csr_matrix(np.eye(4))
SAMPLE = {"text": "tfidf_svd", "image": "picture"}
SIGER = Selection(
    "amazon", SAMPLE, "siger", requests_of("siger", config_of("siger"), sorted(SAMPLE))
)
LIGHTGCN = Selection("amazon", SAMPLE, "lightgcn", (graph("bipartite"),))
POPULARITY = Selection("mmrec", {"text": "matrix"}, "popularity", ())


def origin_of(
    model: str, parameters: dict[str, Any], requests: tuple[Request, ...] = ()
) -> dict[str, Any]:
    return trace_provenance(
        {"model": model, "device": "cuda:0", "threads": [2, 1]},
        trial={"name": model, "overrides": {}, "floors": "baby"},
        splits=in_duckdb({"user_id": [0, 1], "item_id": [0, 0], "split": ["train", "test"]}),
        user_index=in_duckdb({"user_id": [0, 1]}),
        item_index=in_duckdb({"item_id": [0]}),
        requests=requests,
        matrices={"features": {"text": "features_text"}, "graphs": {"near": "graphs/near"}},
        **{"features_text": FEATURES, "graphs/near": GRAPH},
        **{**parameters, "model": model, "train": train_config(seed=7)},
    )


def test_provenance_is_of_the_blocks_that_it_is_given(parameters: dict[str, Any]) -> None:
    result = origin_of("da_mrs", parameters)
    assert result["features_note"] == "rebuilt features"
    assert (result["data"]["users"], result["data"]["items"]) == (2, 1)
    assert result["fingerprints"] == {
        "features": {"text": matrix_fingerprint(FEATURES)},
        "graphs": {"near": matrix_fingerprint(GRAPH)},
    }
    assert (result["seed"], result["device"], result["threads"]) == (7, "cuda:0", [2, 1])
    del parameters["features"]
    assert origin_of("lightgcn", parameters)["features_note"] == ""


@pytest.mark.parametrize("selection", [SIGER, LIGHTGCN, POPULARITY])
def test_provenance_lists_what_the_model_of_the_trial_requests(
    selection: Selection, parameters: dict[str, Any]
) -> None:
    (node,) = (node for node in create_pipeline(selection).nodes if node.name == "trace_provenance")
    given = node.func.__kwdefaults__
    assert given["requests"] == selection.requests
    matrices = [name for of_kind in given["matrices"].values() for name in of_kind.values()]
    assert {name for name in node.inputs if name.startswith(("features_", "graphs/"))} == {
        *matrices
    }
    wanted = {"siger": 6, "lightgcn": 1, "popularity": 0}[selection.model]
    assert len(matrices) == wanted, "features and graphs, those behind graphs among them"
    features = {"features": {"modalities": SAMPLE, "missing": "zero"}}
    origin = origin_of(selection.model, parameters | features, selection.requests)
    names = [request.name for request in selection.requests]
    assert origin["made_from"]["reads"] == ["interactions", *names]


def test_report_and_curves_are_made_of_what_the_catalog_holds(
    parameters: dict[str, Any],
    metrics: dict[str, Any],
    groups: pd.DataFrame,
    history: pd.DataFrame,
    timings: pd.DataFrame,
    paper: Table,
) -> None:
    origin = origin_of("lightgcn", parameters)
    document, text = write_report(
        metrics,
        group_metrics=in_duckdb(groups),
        floors={"popularity": metrics},
        history=in_duckdb(history),
        timings=in_duckdb(timings),
        paper_figures=paper,
        origin=origin,
        report=ReportConfig(features_note="", paper_note=""),
    )
    assert document["paper"]["figures"]["LightGCN"]["recall@20"] == 0.0754
    assert document["training"]["seconds_train"] == 1.5
    assert "LightGCN in the paper" in text
    figure = draw_learning_curves(in_duckdb(history), in_duckdb(timings), origin)
    assert "lightgcn on baby" in figure.layout.title.text


def test_what_is_looked_up_and_statistics_follow_the_graphs_that_there_are() -> None:
    tables = world()
    items = tables.pop("items")
    graphs = {f"graphs/{name}": links for name, links in item_graphs().items()}
    with_graphs = look_up(items, **tables, **graphs)
    assert [links["graph"] for links in with_graphs["items"]["graphs"]] == [*item_graphs()]
    without = look_up(items, **tables)
    assert without["items"]["item"] == []
    assert without["users"]["user"] == with_graphs["users"]["user"]
    training, *_ = arranged(*(tables[name] for name in SPLIT_TABLES))
    assert len(describe_graphs(training, **graphs)["graphs"]) == 2 + len(item_graphs())


@pytest.mark.parametrize(
    ("selection", "read", "unread"),
    [
        (
            SIGER,
            {
                "image_pictures",
                "graphs/knn-text-k10",
                "graphs/knn-image-k10",
                "graphs/cooccurrence-k5",
            },
            {"text_pictures", "params:lightgcn", "params:graphs"},
        ),
        (
            LIGHTGCN,
            {"recommendations", "counts", "items", "params:lightgcn"},
            {
                "image_pictures",
                "graphs/cooccurrence-k5",
                "graphs/knn-text-k10",
                "params:siger",
                "params:features",
            },
        ),
        (
            replace(SIGER, pictures="addresses"),
            {"pictures"},
            {"image_pictures"},
        ),
        (POPULARITY, {"history", "timings", "floors"}, {"graphs/bipartite", "params:graphs"}),
    ],
    ids=lambda value: value.model if isinstance(value, Selection) else None,
)
def test_the_report_reads_what_the_run_has_and_no_more(
    selection: Selection, read: set[str], unread: set[str]
) -> None:
    pipeline = create_pipeline(selection)
    assert read <= pipeline.inputs()
    assert not unread & pipeline.inputs()
    assert "parameters" not in pipeline.inputs()
    outputs = {"provenance", "report", "report_markdown", "learning_curves", "report_page"}
    assert outputs <= pipeline.outputs() | pipeline.all_outputs()
    assert all(node.tags == {"report"} for node in pipeline.nodes)
