"""Which nodes a name stands for."""

import pytest
from kedro.pipeline import Node, Pipeline

from contracts.world import config_of
from siger_pipeline import pipeline_registry
from siger_pipeline.models.registry import requests_of
from siger_pipeline.pipeline_registry import STAGES, register_pipelines
from siger_pipeline.shell.selection import Selection

SIGER = Selection(
    source="amazon",
    modalities={"text": "tfidf_svd"},
    model="siger",
    requests=requests_of("siger", config_of("siger"), ["text"]),
)
LIGHTGCN = Selection(
    source="amazon",
    modalities={"text": "tfidf_svd"},
    model="lightgcn",
    requests=requests_of("lightgcn", config_of("lightgcn"), ["text"]),
)


def nodes_of(pipeline: Pipeline) -> set[str]:
    return {node.name for node in pipeline.nodes}


def registered(monkeypatch: pytest.MonkeyPatch, selection: Selection) -> dict[str, Pipeline]:
    monkeypatch.setattr(pipeline_registry, "selected", lambda: selection)
    return register_pipelines()


def test_a_whole_run_has_every_node_that_the_model_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = registered(monkeypatch, SIGER)["__default__"]
    assert {tag for node in whole.nodes for tag in node.tags} == set(STAGES)
    assert {"extract_text", "graphs.knn-text-k10", "draw_learning_curves"} <= nodes_of(whole)


def test_a_whole_run_leaves_out_what_the_model_does_not_need(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pipelines = registered(monkeypatch, LIGHTGCN)
    assert nodes_of(pipelines["__default__"]).isdisjoint({"extract_text", "graphs.cooccurrence-k5"})
    assert {"extract_text"} <= nodes_of(pipelines["features"])


def test_a_stage_brings_all_that_it_needs_and_nothing_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graphs = registered(monkeypatch, SIGER)["graphs"]
    assert {"read_interactions", "extract_text", "graphs.knn-text-k10"} <= nodes_of(graphs)
    assert "train_model" not in nodes_of(graphs)


def test_a_new_last_stage_is_part_of_a_whole_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def export(selection: Selection) -> Pipeline:
        return Pipeline([Node(len, "recommendations", "length", name="export")], tags="export")

    monkeypatch.setitem(STAGES, "export", export)
    pipelines = registered(monkeypatch, SIGER)
    assert "export" in nodes_of(pipelines["__default__"])
    assert "export" not in nodes_of(pipelines["report"])
    assert "train_model" in nodes_of(pipelines["export"])
    assert "write_report" not in nodes_of(pipelines["export"])
