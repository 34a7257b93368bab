"""A catalogue without its cold items: what a model is built from before these arrive.

Shape suffixes: U users, I items of the whole catalogue, d_m features.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy import sparse

from siger_pipeline.graphs.made import made
from siger_pipeline.graphs.recipe import Features
from siger_pipeline.requests import Request


def known_items(train: sparse.csr_matrix) -> np.ndarray:
    """Whether an item has a training interaction, bool [I]."""
    return np.asarray(train.getnnz(axis=0) > 0)


def of_known(interactions: sparse.csr_matrix, known_I: np.ndarray) -> sparse.csr_matrix:
    """The columns of the known items, CSR."""
    return interactions[:, np.flatnonzero(known_I)]


def known_matrices(
    requests: Iterable[Request],
    train: sparse.csr_matrix,
    features: Mapping[str, Features],
    known_I: np.ndarray,
) -> dict[Request, Any]:
    """What a model requests, in a catalogue of the known items alone: nothing tells of the others.

    Args:
        requests: of the model.
        train: training interactions, CSR [U, I].
        features: of each modality that the model or its graphs read, [I, d_m].
        known_I: which items are known, bool.
    """
    of_items = {m: Features(x[known_I], missing[known_I]) for m, (x, missing) in features.items()}
    return made(requests, of_known(train, known_I), of_items)
