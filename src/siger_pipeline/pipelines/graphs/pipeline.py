"""Wiring of the graphs stage: training split and features → CSR graphs."""

from kedro.pipeline import Node, Pipeline

from siger_pipeline.pipelines.graphs.nodes import (
    build_bipartite,
    build_cooccurrence,
    build_enhanced,
    build_knn,
)
from siger_pipeline.pipelines.names import SPLIT_MATRIX
from siger_pipeline.shell.selection import Selection

BLOCK = "params:graphs.block_mib"


def create_pipeline(selection: Selection) -> Pipeline:
    """The two graphs of interactions, and two of each modality.

    Each node gets the parameters that it uses and no others: they are what makes it stale.
    """
    counted = [SPLIT_MATRIX, "params:graphs.cooccurrence_k", BLOCK]
    nodes = [
        Node(build_bipartite, SPLIT_MATRIX, "bipartite", name="build_bipartite"),
        Node(build_cooccurrence, counted, "cooccurrence", name="build_cooccurrence"),
    ]
    for modality in selection.modalities:
        knn, enhanced = f"knn_{modality}", f"enhanced_{modality}"
        features = [f"features_{modality}", f"missing_{modality}", "params:graphs.knn_k", BLOCK]
        mixed = ["cooccurrence", knn, "params:graphs.beta"]
        nodes += [
            Node(build_knn, features, knn, name=f"build_knn_{modality}"),
            Node(build_enhanced, mixed, enhanced, name=f"enhance_{modality}"),
        ]
    return Pipeline(nodes, tags="graphs")
