"""Wiring of the report stage: what the other stages left → provenance, tables, plots, a page."""

from collections.abc import Callable
from typing import Any

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from siger_pipeline.graphs.registry import features_of, graphs_of
from siger_pipeline.pipelines.names import (
    FETCHED,
    SPLIT_TABLES,
    TRAIN_MATRIX,
    calibrated,
    dataset_of,
    matrices_of,
)
from siger_pipeline.pipelines.report import nodes
from siger_pipeline.pipelines.train.pipeline import requested, with_requests
from siger_pipeline.shell.selection import Selection

# Blocks of parameters that figures depend on, whatever the model.
BLOCKS = ("trial", "model", "dataset", "ingest", "split", "train", "evaluate", "report")


def create_pipeline(selection: Selection) -> Pipeline:
    """Provenance first, since tables and plots name it; then what is looked up; last the page."""
    return Pipeline([*_written(selection), *_looked_at(selection)], tags="report")


def _written(selection: Selection) -> list[Node]:
    origin = {"checkpoint": "checkpoint", **_same(SPLIT_TABLES), **_parameters(selection)}
    origin |= {
        name: name for each in matrices_of(selection.requests).values() for name in each.values()
    }
    if FETCHED in _pictures(selection):
        origin["pictures"] = FETCHED
    figures = {
        **_same(("metrics", "group_metrics", "floors", "history", "timings", "paper_figures")),
        "origin": "provenance",
        "report": "params:report",
        **_same(tuple(f"missing_{modality}" for modality in _modalities(selection))),
    }
    if selection.corrector:
        figures["calibration"] = calibrated(selection.corrector)[0]
    curves = {**_same(("history", "timings")), "origin": "provenance"}
    report = ["report", "report_markdown"]
    return [
        Node(_trace(selection), origin, "provenance", name="trace_provenance"),
        Node(nodes.write_report, figures, report, name="write_report"),
        Node(nodes.draw_learning_curves, curves, "learning_curves", name="draw_learning_curves"),
    ]


def _trace(selection: Selection) -> Callable[..., Any]:
    """The function of provenance, with what the model requests and the recipes of its graphs."""
    recipes = (graph.module for graph in graphs_of(selection.requests))
    traced = with_code(nodes.trace_provenance, *recipes)
    return with_values(
        traced, requests=selection.requests, matrices=matrices_of(selection.requests)
    )


def _looked_at(selection: Selection) -> list[Node]:
    graphs = _same(tuple(_item_graphs(selection)))
    lists = _same((*SPLIT_TABLES, "recommendations"))
    shown = {**lists, "items": "items", **graphs}
    ranked = {**lists, "evaluate": "params:evaluate"}
    described = {TRAIN_MATRIX: TRAIN_MATRIX, **graphs}
    page = {
        **_same(("report", "counts", "lookup")),
        "curves": "learning_curves",
        "graphs": "graph_statistics",
        "ranks": "held_out_ranks",
        "reasons": "reasons",
    }
    made = [
        Node(nodes.describe_graphs, described, "graph_statistics", name="describe_graphs"),
        Node(nodes.rank_held_out, ranked, "held_out_ranks", name="rank_held_out"),
        Node(nodes.look_up, shown, "lookup", name="look_up"),
        _explained(selection),
    ]
    if pictures := _pictures(selection):
        read = ["lookup", pictures[0]]
        made.append(Node(nodes.shrink_pictures, read, "thumbnails", name="shrink_pictures"))
        page["pictures"] = "thumbnails"
    return [*made, Node(nodes.write_page, page, "report_page", name="write_page")]


def _explained(selection: Selection) -> Node:
    read = ("lookup", "checkpoint", TRAIN_MATRIX, "user_index", "item_index", "items")
    explain = with_requests(nodes.explain_lists, selection)
    return Node(explain, _same(read) | requested(selection), "reasons", name="explain_lists")


def _parameters(selection: Selection) -> dict[str, str]:
    """The blocks behind this model's figures: another model's must not make them stale."""
    blocks = [*BLOCKS, selection.model]
    blocks += ["features"] if features_of(selection.requests) else []
    return {block: f"params:{block}" for block in blocks}


def _item_graphs(selection: Selection) -> list[str]:
    """The item graphs of this run, in the order in which they are shown."""
    graphs = graphs_of(selection.requests)
    return [dataset_of(graph.request) for graph in graphs if graph.config.joins_items]


def _modalities(selection: Selection) -> dict[str, str]:
    """Those whose features the run makes, and their extractors."""
    # A run that makes no features must not fail for want of pictures.
    return {name: selection.modalities[name] for name in features_of(selection.requests)}


def _pictures(selection: Selection) -> list[str]:
    """The datasets of the items' pictures that features are made from."""
    return [name for name in map(selection.pictures_of, _modalities(selection)) if name]


def _same(names: tuple[str, ...]) -> dict[str, str]:
    """Arguments that are named as in the catalog."""
    return {name: name for name in names}
