"""Wiring of the graphs stage: training split and features → CSR graphs."""

from kedro.pipeline import Node, Pipeline

from siger_pipeline.pipelines.graphs.nodes import (
    build_bipartite,
    build_cooccurrence,
    build_enhanced,
    build_knn,
)
from siger_pipeline.selection import Selection

INTERACTIONS = ["splits", "user_index", "item_index"]
CONFIG = "params:graphs"


def create_pipeline(selection: Selection) -> Pipeline:
    """The two graphs of interactions, and two of each modality."""
    nodes = [
        Node(build_bipartite, INTERACTIONS, "bipartite", name="build_bipartite"),
        Node(
            build_cooccurrence, [*INTERACTIONS, CONFIG], "cooccurrence", name="build_cooccurrence"
        ),
    ]
    for modality in selection.modalities:
        knn, enhanced = f"knn_{modality}", f"enhanced_{modality}"
        inputs = [f"features_{modality}", f"missing_{modality}", CONFIG]
        nodes += [
            Node(build_knn, inputs, knn, name=f"build_knn_{modality}"),
            Node(
                build_enhanced, ["cooccurrence", knn, CONFIG], enhanced, name=f"enhance_{modality}"
            ),
        ]
    return Pipeline(nodes, tags="graphs")
