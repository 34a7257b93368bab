"""How similar items are: by embeddings, features, graphs, or the users that they have in common.

Shape suffixes: U users, I items, n items that are asked for, d dimensions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from siger_pipeline.errors import ParameterError
from siger_pipeline.evaluation.scores import Scorer
from siger_pipeline.graphs.registry import requested_graph
from siger_pipeline.ops.tables import constant
from siger_pipeline.requests import Request
from siger_pipeline.serving.parts import Parts

EMBEDDING, COOCCURRENCE = "embedding", "cooccurrence"
CONTENT, GRAPH = "content:", "graph:"


def similarities(parts: Parts) -> dict[str, Callable[[], Scorer]]:
    """The ways in which items can be compared; the first is the usual one.

    Returns:
        Name -> a function that gives the scorer: row numbers of items, int64 [n] -> similarity with
        every item, float32 [n, I].
    """
    found: dict[str, Callable[[], Scorer]] = {}
    if parts.embeddings is not None:
        found[EMBEDDING] = partial(cosines, parts.embeddings[1])
    found[COOCCURRENCE] = partial(common_users, parts.inputs.interactions)
    for request, matrix in parts.inputs.matrices.items():
        if request.modality:
            found[f"{CONTENT}{request.modality}"] = partial(cosines, matrix)
        elif joins_items(request):
            found[f"{GRAPH}{request.name}"] = partial(rows_of_graph, matrix)
    return found


def similarity(parts: Parts, by: str | None) -> Scorer:
    """One of `similarities`, by name; the first where none is named.

    Raises:
        ParameterError: it is none of them; the message names them all.
    """
    found = similarities(parts)
    name = next(iter(found)) if by is None else by
    if name not in found:
        raise ParameterError(
            f"items cannot be compared by {name!r}: model {parts.checkpoint['model']} has "
            f"{', '.join(found)}"
        )
    return found[name]()


def joins_items(request: Request) -> bool:
    """Whether a requested graph is one of items."""
    return not request.modality and requested_graph(request).config.joins_items


def cosines(matrix_Id: np.ndarray) -> Scorer:
    """Cosines of rows; a row of zeros has 0 with all. A memory map is not copied."""
    rows_Id = constant(matrix_Id)
    norms_I = torch.linalg.vector_norm(rows_Id, dim=1)
    inverse_I = torch.where(norms_I > 0, norms_I.reciprocal(), 0.0)

    def scorer(items_n: Tensor) -> Tensor:
        return (rows_Id[items_n] @ rows_Id.T) * inverse_I[items_n, None] * inverse_I

    return scorer


def common_users(interactions_UI: sparse.csr_matrix) -> Scorer:
    """The number of users who have both."""
    binary_UI = sparse.csr_matrix(interactions_UI != 0, dtype=np.float32)
    of_items_IU = sparse.csr_matrix(binary_UI.T)
    return lambda items_n: _dense(of_items_IU[items_n.numpy()] @ binary_UI)


def rows_of_graph(graph_II: sparse.csr_matrix) -> Scorer:
    """The weights of a graph."""
    return lambda items_n: _dense(graph_II[items_n.numpy()])


def _dense(rows_nI: sparse.csr_matrix) -> Tensor:
    return torch.from_numpy(np.asarray(rows_nI.toarray(), dtype=np.float32))
