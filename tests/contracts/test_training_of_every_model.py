"""Every registered model goes through the real door of training and comes back to score."""

import numpy as np
import pytest
import torch

from contracts.world import EVERY, config_of, requested_by, small_world, train_config_of, withheld
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.models.registry import model_config
from siger_pipeline.training.checkpoint import restore
from siger_pipeline.training.start import start_training


@pytest.mark.parametrize("widths", [{}, {"text": 7}, {"audio": 5, "image": 12, "text": 7}])
@pytest.mark.parametrize("name", EVERY)
def test_it_takes_any_number_of_modalities_from_its_fewest(
    name: str, widths: dict[str, int]
) -> None:
    if len(widths) < model_config(name).fewest_modalities:
        pytest.skip("the model needs more modalities: a run says so, `models.registry.requests_of`")
    inputs = requested_by(name, small_world(widths=widths))
    config = train_config_of(name, max_epochs=1, evaluate_every=1)
    *_, last = start_training(name, config_of(name), config, inputs, withheld(inputs.interactions))
    assert torch.isfinite(restore(last.best, inputs).score(torch.arange(3))).all()


@pytest.mark.parametrize("name", EVERY)
def test_it_trains_on_what_it_requests_alone_and_its_checkpoint_scores(name: str) -> None:
    inputs = requested_by(name, small_world())
    matrices = withheld(inputs.interactions)
    config = train_config_of(name, max_epochs=2, monitor="recall@5")
    *_, last = start_training(name, config_of(name), config, inputs, matrices)
    if last.history.size:
        assert last.history["epoch"].tolist() == [1, 2]
        validated = last.history["recall@5"].notna().tolist()
        assert validated == [config.validates(epoch) for epoch in (1, 2)]
        assert last.history["recall@5"].dropna().between(0, 1).all()
        assert last.history["best"].any()
    model = restore(last.best, inputs)
    lists, _ = rank(model.scorer(), np.arange(inputs.n_users), inputs.interactions, 5)
    assert (lists >= 0).all()
    assert torch.isfinite(model.score(torch.arange(3))).all()
