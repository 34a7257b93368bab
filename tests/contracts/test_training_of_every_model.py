"""Every registered model goes through the real door of training and comes back to score."""

import numpy as np
import pytest
import torch

from contracts.world import EVERY, config_of, small_world, train_config_of, withheld
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.models.base import ModelInputs
from siger_pipeline.models.registry import model_config
from siger_pipeline.training.checkpoint import restore
from siger_pipeline.training.start import start_training


def only_what_it_needs(name: str) -> ModelInputs:
    """The small world as the train stage gives it: nothing that `needs` does not name."""
    world, needs = small_world(), model_config(name).needs
    return ModelInputs(world.interactions, **{need: getattr(world, need) for need in needs})


@pytest.mark.parametrize("name", EVERY)
def test_it_trains_on_what_it_needs_alone_and_its_checkpoint_scores(name: str) -> None:
    inputs = only_what_it_needs(name)
    matrices = withheld(inputs.interactions)
    config = train_config_of(name, max_epochs=2, monitor="recall@5")
    *_, last = start_training(name, config_of(name), config, inputs, matrices)
    if last.history.size:
        assert last.history["epoch"].tolist() == [1, 2]
        assert last.history["recall@5"].dropna().between(0, 1).all()
        assert last.history["best"].any()
    model = restore(last.best, inputs)
    lists, _ = rank(model.scorer(), np.arange(inputs.n_users), inputs.interactions, 5)
    assert (lists >= 0).all()
    assert torch.isfinite(model.score(torch.arange(3))).all()
