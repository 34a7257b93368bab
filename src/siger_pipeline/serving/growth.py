"""A model's inputs and weights with rows for newcomers, all else as it was.

Shape suffixes: U users, I items, with newcomers U′ and I′; n newcomers, d_m features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from siger_pipeline.errors import InputError
from siger_pipeline.features.align import with_missing
from siger_pipeline.graphs.recipe import Features, GraphInputs
from siger_pipeline.graphs.registry import Graph, features_of, requested_graph
from siger_pipeline.graphs.registry import build as build_graph
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Axis, Fill, Randomness, Shape
from siger_pipeline.models.recommender import Trained
from siger_pipeline.models.registry import build
from siger_pipeline.requests import Request
from siger_pipeline.serving.newcomer_checks import NoPlaceError


class Zeros(Randomness):
    """Draws that are all 0: what a model would draw for a newcomer is nothing."""

    def __init__(self) -> None:
        """Draw on the CPU."""
        super().__init__(torch.Generator())

    def _draw(self, shape: Shape, fill: Fill, dtype: torch.dtype = torch.float32) -> Tensor:
        sizes = tuple(axis.size if isinstance(axis, Axis) else axis for axis in shape)
        return torch.zeros(sizes, dtype=dtype)


def grown_features(
    known: Mapping[str, np.ndarray], features: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Features of the known items and below them those of the new ones, [I′, d_m] by modality."""
    return {
        modality: np.vstack([rows, features[modality].astype(np.float32, copy=False)])
        if len(features[modality])
        else rows
        for modality, rows in known.items()
    }


def grown_inputs(
    inputs: ModelInputs,
    histories: sparse.csr_matrix,
    features: Mapping[str, np.ndarray],
    *,
    scores_by_columns: bool = False,
) -> ModelInputs:
    """The inputs with rows for new users and new items.

    The graph between users and items is made anew by its recipe, since an edge's weight depends on
    degrees. Rows of graphs between items stay as the model was trained with them; a new item's row
    holds its neighbours by features, as the recipe finds them, and nothing where the graph is made
    of interactions, of which it has none. Where a score is read from an item's column, so is what
    known items say of the new one, as the recipe finds it: their entries for each other stay.

    Args:
        inputs: what the model was built from.
        histories: of the new users, CSR [n, I′].
        features: of all items by modality, known ones first, [I′, d_m], zero where there are none:
            those that the model reads, and those behind its graphs.
        scores_by_columns: whether the model scores an item by its columns in graphs of items, as a
            `Neighbourhood` does, and does not propagate along its rows.

    Raises:
        InputError: a graph is made of what is not kept, such as other graphs.
    """
    n_users, n_items = inputs.n_users, histories.shape[1]
    known = _resized(inputs.interactions, (n_users, n_items))
    interactions = sparse.vstack([known, histories], format="csr", dtype=known.dtype)
    matrices: dict[Request, Any] = dict(inputs.matrices)
    if n_items > inputs.n_items:
        for request in [each for each in matrices if each.modality]:
            matrices[request] = features[str(request.modality)]
    for request in [each for each in matrices if not each.modality]:
        graph = requested_graph(request)
        if not graph.config.joins_items:
            matrices[request] = _built(graph, GraphInputs(interactions=interactions))
        elif n_items > inputs.n_items:
            old = matrices[request]
            matrices[request] = _with_new_items(graph, old, features, n_items, scores_by_columns)
    return replace(inputs, interactions=interactions, matrices=matrices)


def grown_weights(checkpoint: Mapping[str, Any], inputs: ModelInputs) -> dict[str, Tensor]:
    """The weights of a checkpoint for grown inputs.

    A newcomer's row of a table of embeddings is 0: a newcomer is what the model's propagation makes
    of its neighbours. A row of a table that was trained from features is the newcomer's features.

    Raises:
        NoPlaceError: the model stores something of each item that cannot be grown.
    """
    name, old = checkpoint["model"], checkpoint["weights"]
    model = build(name, checkpoint["config"], inputs, Zeros())
    parameters = {key for key, _ in model.named_parameters()}
    weights: dict[str, Tensor] = {}
    for key, value in model.state_dict().items():
        if value.shape == old[key].shape:
            weights[key] = old[key]
            continue
        if isinstance(model, Trained) and key not in parameters:
            raise NoPlaceError(
                f"model {name} stores {key} of each item, which training alone can make: train it "
                "again with the newcomers"
            )
        new = value.detach().clone() if key in parameters else torch.zeros_like(value)
        new[tuple(slice(size) for size in old[key].shape)] = old[key]
        weights[key] = new
    return weights


def _with_new_items(
    graph: Graph,
    old: sparse.csr_matrix,
    features: Mapping[str, np.ndarray],
    n_items: int,
    with_columns: bool,
) -> sparse.csr_matrix:
    """A graph of items [I, I] with rows for new ones, and perhaps their columns, [I′, I′]."""
    known = old.shape[0]
    padded = _resized(old, (n_items, n_items))
    if not features_of([graph.request]):
        return padded
    compared = {}
    for part in graph.config.requests():
        if part.modality is None or part.modality not in features:
            raise InputError(
                f"graph {graph.request.name} is made of {part.name}, which the recommender does not"
                " keep: new items cannot be placed in it; train again with them"
            )
        rows = features[part.modality]
        compared[part] = Features(rows, with_missing(rows)[1])
    rebuilt = _built(graph, GraphInputs(features=compared))
    top = padded[:known]
    if with_columns:
        top = sparse.hstack([old, rebuilt[:known, known:]], format="csr")
    return sparse.csr_matrix(sparse.vstack([top, rebuilt[known:]], format="csr"))


def _built(graph: Graph, inputs: GraphInputs) -> sparse.csr_matrix:
    return build_graph(graph.request.recipe, dict(graph.request.parameters), inputs)


def _resized(matrix: sparse.csr_matrix, shape: tuple[int, int]) -> sparse.csr_matrix:
    """The matrix with rows and columns of zeros after its own; nothing is copied but the index."""
    more = shape[0] - matrix.shape[0]
    indptr = np.concatenate([matrix.indptr, np.full(more, matrix.indptr[-1], matrix.indptr.dtype)])
    return sparse.csr_matrix((matrix.data, matrix.indices, indptr), shape=shape)
