"""Why an item is recommended: what of a user's history carries the score.

Shape suffixes: U users, I items, h items of the history, n items that are explained.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from scipy import sparse

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.recommender import Recommender
from siger_pipeline.serving.parts import Parts
from siger_pipeline.serving.similarity import joins_items
from siger_pipeline.training.checkpoint import restore


def shares(parts: Parts, model: Recommender, user: int, items_n: np.ndarray) -> np.ndarray:
    """How much each score falls without each item of the history, float32 [h, n].

    "Without": that interaction has the weight 0 in every matrix of users and items that the model
    is built from. Weights of the model, normalisations and graphs between items stay as they are.
    For ŷ = R B (`item_weights`, `neighbourhood`) that is the term of the sum, exactly. For a model
    that propagates over users and items it is the effect of the edge in all of its layers.

    Args:
        parts: of the recommender.
        model: restored from them.
        user: row number.
        items_n: row numbers.
    """
    whole_n = _scores(model, user, items_n)
    history_h = parts.inputs.interactions[user].indices
    falls_hn = np.zeros((len(history_h), len(items_n)), np.float32)
    for n, item in enumerate(history_h):
        without = restore(parts.checkpoint, without_interaction(parts.inputs, user, int(item)))
        falls_hn[n] = whole_n - _scores(without, user, items_n)
    return falls_hn


def without_interaction(inputs: ModelInputs, user: int, item: int) -> ModelInputs:
    """The inputs in which one interaction weighs nothing: an edge of weight 0."""
    matrices = {
        request: _without(matrix, user, item)
        if sparse.issparse(matrix) and not joins_items(request)
        else matrix
        for request, matrix in inputs.matrices.items()
    }
    interactions = _without(inputs.interactions, user, item)
    return replace(inputs, interactions=interactions, matrices=matrices)


def edges_between(parts: Parts, one: int, other: int) -> str:
    """The model's graphs of items that join two items, with weights: `knn-text-k10 0.31`."""
    weights = {
        request.name: max(float(matrix[one, other]), float(matrix[other, one]))
        for request, matrix in parts.inputs.matrices.items()
        if joins_items(request)
    }
    return ", ".join(f"{name} {weight:.3g}" for name, weight in weights.items() if weight > 0)


def _without(matrix_UI: sparse.csr_matrix, user: int, item: int) -> sparse.csr_matrix:
    row = slice(matrix_UI.indptr[user], matrix_UI.indptr[user + 1])
    data = matrix_UI.data.copy()
    data[row][matrix_UI.indices[row] == item] = 0
    return sparse.csr_matrix((data, matrix_UI.indices, matrix_UI.indptr), shape=matrix_UI.shape)


def _scores(model: Recommender, user: int, items_n: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        scores_1I = model.score(torch.tensor([user]))
    return np.asarray(scores_1I[0].numpy()[items_n], dtype=np.float32)
