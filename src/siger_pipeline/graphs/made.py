"""All graphs of some requests, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from siger_pipeline.graphs.recipe import Features, GraphInputs
from siger_pipeline.graphs.registry import build, graphs_of, requested_graph
from siger_pipeline.requests import Request, features

if TYPE_CHECKING:
    from scipy import sparse


def made(
    requests: Iterable[Request],
    interactions: sparse.csr_matrix,
    of_items: Mapping[str, Features],
) -> dict[Request, Any]:
    """What is requested: features as they are, and graphs, each built once.

    Args:
        requests: of a model.
        interactions: R, training interactions, CSR [U, I].
        of_items: features of each modality.
    """
    asked = list(requests)
    read = {features(modality): found for modality, found in of_items.items()}
    graphs: dict[Request, sparse.csr_matrix] = {}
    for graph in graphs_of(asked):
        parts = graph.config.requests()
        inputs = GraphInputs(
            interactions if graph.config.reads_interactions else None,
            {part: read[part] for part in parts if part.modality},
            {part: graphs[requested_graph(part).request] for part in parts if not part.modality},
        )
        graphs[graph.request] = build(graph.request.recipe, dict(graph.request.parameters), inputs)
    return {
        request: read[request].matrix
        if request.modality
        else graphs[requested_graph(request).request]
        for request in asked
    }
