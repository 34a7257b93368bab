"""The node of the graphs stage: one for every recipe."""

import logging
from typing import Any

from siger_pipeline.pipelines.types import csr_matrix
from siger_pipeline.requests import Request, graph

LOG = logging.getLogger(__name__)


def build_graph(
    *,
    recipe: str,
    parameters: dict[str, Any],
    requests: dict[Request, str],
    train_matrix: csr_matrix | None = None,
    block_mib: float = 0.0,
    **arrays: Any,
) -> csr_matrix:
    """The graph of a recipe.

    Args:
        recipe: its name.
        parameters: of the recipe.
        requests: what the graph is made of -> argument.
        train_matrix: where the recipe reads the training interactions.
        block_mib: bound on memory, where the recipe respects it.
        arrays: features, their masks as `missing_<modality>`, and other graphs, by argument.
    """
    from siger_pipeline.graphs.recipe import Features, GraphInputs
    from siger_pipeline.graphs.registry import build

    inputs = GraphInputs(
        train_matrix,
        {
            request: Features(arrays[argument], arrays[f"missing_{request.modality}"])
            for request, argument in requests.items()
            if request.modality
        },
        {
            request: arrays[argument]
            for request, argument in requests.items()
            if not request.modality
        },
        block_mib,
    )
    built = build(recipe, parameters, inputs)
    if parameters.get("k", 0) > built.shape[1]:
        LOG.info(
            "Graph %s: k is beyond the %s items of the catalogue, and no neighbour is left out.",
            graph(recipe, **parameters).name,
            f"{built.shape[1]:,}",
        )
    return built
