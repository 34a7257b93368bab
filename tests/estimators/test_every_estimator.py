"""Every registered model as an estimator: equal to the pipeline's, saved, loaded, asked."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from estimators.worlds import FEATURES, R, V, of_pipeline
from siger_pipeline.data.schema import Columns
from siger_pipeline.estimators.estimator import Estimator
from siger_pipeline.estimators.names import estimator_of
from siger_pipeline.estimators.settings import settings_of
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.models.registry import model_config, model_names
from siger_pipeline.training.checkpoint import restore

QUICK = {"max_epochs": 2, "batch_size": 64, "monitor": "recall@5", "evaluate_every": 1, "seed": 3}


def small(model: str) -> dict[str, Any]:
    """Settings of a short training, those that the model reads."""
    read = model_config(model).train_settings
    chosen = QUICK if read is None else {key: QUICK[key] for key in read}
    return {**chosen, "device": "cpu"}


@pytest.fixture(scope="module")
def fitted() -> dict[str, Estimator]:
    """Each model, fitted on the small data set."""
    return {
        model: estimator_of(model)(**small(model)).fit(R, FEATURES, validation=V)
        for model in model_names()
    }


@pytest.mark.parametrize("model", model_names())
def test_its_weights_and_lists_are_those_of_the_pipeline(
    model: str, fitted: dict[str, Estimator]
) -> None:
    checkpoint = of_pipeline(model, settings_of(model, small(model)))
    parts = fitted[model].recommender.parts
    assert parts.checkpoint["config"] == checkpoint["config"]
    assert parts.checkpoint["weights"].keys() == checkpoint["weights"].keys()
    for name, weights in checkpoint["weights"].items():
        assert torch.equal(parts.checkpoint["weights"][name], weights), name
    users = np.arange(R.shape[0])
    lists, scores = rank(restore(checkpoint, parts.inputs).scorer(), users, R + V, 5)
    found = fitted[model].recommend(range(R.shape[0]), k=5)
    assert found[Columns.ITEM].tolist() == [str(item) for item in lists[lists >= 0]]
    np.testing.assert_array_equal(found[Columns.SCORE], scores[lists >= 0])


@pytest.mark.parametrize("model", model_names())
def test_it_is_the_same_after_it_was_saved_and_loaded(
    model: str, fitted: dict[str, Estimator], tmp_path: Path
) -> None:
    before = fitted[model]
    before.save(tmp_path / "folder")
    after = type(before).load(tmp_path / "folder")
    assert type(after) is type(before)
    assert after.get_params() == before.get_params()
    users = range(R.shape[0])
    pd.testing.assert_frame_equal(after.recommend(users), before.recommend(users))
    pd.testing.assert_frame_equal(after.similar([0, 1], 3), before.similar([0, 1], 3))
    assert after.evaluate(V, (1, 5)) == before.evaluate(V, (1, 5))
