"""EASE against its closed form in float64, and its memory."""

import logging

import numpy as np
import pytest
import torch

from contracts.world import small_world
from siger_pipeline.errors import ParameterError
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import ClosedForm
from siger_pipeline.models.registry import build
from siger_pipeline.training.closed_form import fit_at_once


def fitted(inputs: ModelInputs, **config: float) -> ClosedForm:
    model = build("ease", config, inputs, Randomness.seeded(0))
    assert isinstance(model, ClosedForm)
    model.fit(inputs, Randomness.seeded(0))
    return model


@pytest.mark.parametrize("ridge", [0.5, 500.0])
def test_scores_are_the_closed_form(ridge: float) -> None:
    inputs = small_world()
    dense = inputs.interactions.toarray().astype(np.float64)
    inverse = np.linalg.inv(dense.T @ dense + ridge * np.eye(inputs.n_items))
    weights = np.eye(inputs.n_items) - inverse @ np.diag(1 / np.diag(inverse))
    found = fitted(inputs, ridge=ridge).score(torch.tensor([4, 4, 9])).numpy()
    np.testing.assert_allclose(found, dense[[4, 4, 9]] @ weights, rtol=1e-3, atol=1e-6)


def test_without_interactions_all_scores_are_zero() -> None:
    inputs = small_world()
    nothing = ModelInputs(inputs.interactions * 0)
    assert not fitted(nothing).score(torch.arange(3)).any()


def test_its_memory_is_told_before_and_bounded() -> None:
    inputs = small_world(items=4100)
    model = build("ease", {"solve_mib": 65}, inputs, Randomness.seeded(0))
    assert isinstance(model, ClosedForm)
    size = r"a matrix of 4,100 × 4,100 items, 64.1 MiB in memory and in the checkpoint"
    assert model.remark == f"Model ease is {size}."
    with pytest.raises(ParameterError, match=f"^ease needs {size}, and ease.solve_mib allows 64 M"):
        build("ease", {"solve_mib": 64}, inputs, Randomness.seeded(0))


def test_its_memory_is_told_where_it_corrects_another_model(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        fit_at_once("ease", {}, 0, small_world())
    assert "Model ease is a matrix of " in caplog.text
