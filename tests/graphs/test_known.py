"""What a model requests where some items are not known yet."""

import numpy as np
import pytest

from contracts.world import config_of, small_world
from siger_pipeline.graphs.known import known_items, known_matrices, of_known
from siger_pipeline.graphs.made import made
from siger_pipeline.graphs.recipe import Features
from siger_pipeline.models.registry import requests_of
from siger_pipeline.requests import features

COLD = [2, 11, 39]


@pytest.mark.parametrize("model", ["siger", "damrs"])
def test_graphs_and_features_are_those_of_a_catalogue_without_the_cold_items(model: str) -> None:
    world = small_world()
    train = world.interactions.tolil()
    train[:, COLD] = 0
    train = train.tocsr()
    train.eliminate_zeros()
    x = {m: world[features(m)] for m in ("image", "text")}
    for matrix in x.values():
        matrix[[2, 3]] = 0
    whole = {m: Features(matrix, ~matrix.any(axis=1)) for m, matrix in x.items()}
    known_I = known_items(train)
    assert np.flatnonzero(~known_I).tolist() == COLD
    requests = requests_of(model, config_of(model), ["image", "text"])
    found = known_matrices(requests, train, whole, known_I)
    rows = [n for n in range(40) if n not in COLD]
    fewer = {m: Features(matrix[rows], ~matrix[rows].any(axis=1)) for m, matrix in x.items()}
    assert (of_known(train, known_I) != train[:, rows]).nnz == 0
    for request, wanted in made(requests, train[:, rows], fewer).items():
        assert found[request].shape == wanted.shape
        same = found[request] == wanted if request.modality else (found[request] != wanted).nnz == 0
        assert np.all(same)
