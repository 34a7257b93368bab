"""Wiring of the graphs stage: training split and features → CSR graphs."""

from kedro.pipeline import Node, Pipeline

from kedro_fresh.extra import with_code, with_values
from siger_pipeline.graphs.registry import Graph, graphs_of
from siger_pipeline.pipelines.graphs.nodes import build_graph
from siger_pipeline.pipelines.names import TRAIN_MATRIX, dataset_of, datasets_of
from siger_pipeline.shell.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """One node for each graph that is requested, directly or by another graph.

    Each node gets the parameters that it uses and no others: they are what makes it stale.
    """
    return Pipeline(map(_building, graphs_of(selection.all_requests)), tags="graphs")


def _building(graph: Graph) -> Node:
    parts = datasets_of(graph.config.requests())
    read = [
        *parts.values(),
        *(f"missing_{request.modality}" for request in parts if request.modality),
    ]
    inputs = {name: name for name in read}
    if graph.config.reads_interactions:
        inputs[TRAIN_MATRIX] = TRAIN_MATRIX
    if graph.config.is_memory_bounded:
        inputs["block_mib"] = "params:graphs.block_mib"
    function = with_values(
        with_code(build_graph, graph.module),
        recipe=graph.request.recipe,
        parameters=dict(graph.request.parameters),
        requests=parts,
    )
    output = dataset_of(graph.request)
    return Node(function, inputs, output, name=graph.request.name)
