"""The recommender of a run, and the same one fitted from Python on what the run was made from."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse

from end_to_end.project import Project
from siger_pipeline import SIGER, LightGCN
from siger_pipeline.estimators.estimator import Estimator

RECOMMENDER = "06_models/sample/{}/recommender"


@pytest.mark.parametrize("estimator", [SIGER, LightGCN])
def test_two_ways_lead_to_the_same_bytes(
    estimator: type[Estimator], sample_results: Project
) -> None:
    run = estimator.load(sample_results.newest(RECOMMENDER.format(estimator.model)))
    train, validation, test = (
        sparse.csr_matrix(sparse.load_npz(sample_results.newest(f"03_primary/sample/{name}.npz")))
        for name in ("train_matrix", "validation_matrix", "test_matrix")
    )
    features = {
        name: np.load(sample_results.newest(f"04_feature/sample/{name}_features.npy"))
        for name in ("text", "image")
    }
    fitted = estimator(**run.get_params()).fit(train, features, validation)
    one, other = (each.recommender.parts for each in (run, fitted))
    assert one.checkpoint["weights"].keys() == other.checkpoint["weights"].keys()
    for name, weights in one.checkpoint["weights"].items():
        assert torch.equal(weights, other.checkpoint["weights"][name]), name
    assert run.get_params()["max_epochs"] == 3
    # The matrix has no ids: its users and items are numbers.
    users, items = run.recommender.users.names, run.recommender.items.names
    found = fitted.recommend(range(len(users)), exclude="none")
    found["user"], found["item"] = (
        users[found["user"].astype(int)],
        items[found["item"].astype(int)],
    )
    expected = run.recommend(users, exclude="none")
    pd.testing.assert_frame_equal(found.drop(columns="title"), expected.drop(columns="title"))
    metrics = sample_results.metrics(estimator.model)["test"]
    assert fitted.evaluate(test, (5, 50)).items() <= metrics.items()
