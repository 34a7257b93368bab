"""Every registered model goes through the real door of training and comes back to score."""

import numpy as np
import pytest
import torch

from contracts.world import config_of, requested_by, small_world, train_config, withheld
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.models.registry import model_names
from siger_pipeline.training.checkpoint import restore
from siger_pipeline.training.start import start_training

CONFIG = train_config(max_epochs=2, monitor="recall@5")


@pytest.mark.parametrize("name", model_names())
def test_it_trains_on_what_it_requests_alone_and_its_checkpoint_scores(name: str) -> None:
    inputs = requested_by(name, small_world())
    matrices = withheld(inputs.interactions)
    *_, last = start_training(name, config_of(name), CONFIG, inputs, matrices)
    if last.history.size:
        assert last.history["epoch"].tolist() == [1, 2]
        assert last.history["recall@5"].between(0, 1).all()
    model = restore(last.best, inputs)
    lists, _ = rank(model.scorer(), np.arange(inputs.n_users), inputs.interactions, 5)
    assert (lists >= 0).all()
    assert torch.isfinite(model.score(torch.arange(3))).all()
