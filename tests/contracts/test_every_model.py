"""What every model must pass, however it is computed and however it scores."""

import io

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from contracts.world import (
    CLOSED,
    EVERY,
    OURS,
    config_of,
    small_world,
    train_config,
    train_config_of,
)
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import ClosedForm, Recommender, Trained
from siger_pipeline.models.registry import build, model_config
from siger_pipeline.training.checkpoint import capture, restore, streams
from siger_pipeline.training.closed_form import fit_and_capture
from siger_pipeline.training.config import TrainConfig
from siger_pipeline.training.trainer import Training

USERS = torch.arange(30)


def ready(name: str, inputs: ModelInputs | None = None, seed: int = 1) -> Recommender:
    """A model that can score: after an epoch of training, or fitted."""
    inputs, randomness = inputs or small_world(), streams(seed, "cpu")
    model = build(name, config_of(name), inputs, Randomness.seeded(seed))
    if isinstance(model, ClosedForm):
        model.fit(inputs, randomness.batches)
    else:
        assert isinstance(model, Trained)
        config = train_config_of(name, max_epochs=1)
        batches = model.batches(inputs.interactions, config.batch_size)
        constant = {"recall@20": 0.0}
        list(Training(name, model, batches, lambda _: constant, randomness, config).epochs())
    return model.eval()


@pytest.mark.parametrize("name", EVERY)
def test_the_same_seed_gives_the_same_scores(name: str) -> None:
    assert torch.equal(ready(name).score(USERS), ready(name).score(USERS))


@pytest.mark.parametrize("name", EVERY)
def test_scores_have_a_row_a_user_and_are_finite(name: str) -> None:
    scores = ready(name).score(torch.tensor([3, 3, 29]))
    assert scores.shape == (3, 40)
    assert scores.dtype == torch.float32
    assert torch.isfinite(scores).all()
    assert torch.equal(scores[0], scores[1])


@pytest.mark.parametrize("name", EVERY)
def test_scoring_is_the_same_for_some_users_as_for_all(name: str) -> None:
    model = ready(name)
    some = torch.tensor([11, 2])
    torch.testing.assert_close(model.score(some), model.scorer()(USERS)[some])


@pytest.mark.parametrize("name", EVERY)
def test_scoring_twice_gives_the_same_and_changes_no_weight(name: str) -> None:
    model = ready(name)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    assert torch.equal(model.scorer()(USERS), model.scorer()(USERS))
    assert torch.equal(model.score(USERS), model.score(USERS))
    assert before.keys() == model.state_dict().keys()
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())


@pytest.mark.parametrize("name", EVERY)
def test_scores_need_no_gradient(name: str) -> None:
    model = ready(name)
    assert not model.scorer()(USERS).requires_grad


@pytest.mark.parametrize("name", EVERY)
def test_a_checkpoint_brings_the_scores_back(name: str) -> None:
    model, buffer = ready(name), io.BytesIO()
    torch.save(capture(name, model, None, streams(0, "cpu"), {"epoch": 0}, [1]), buffer)
    buffer.seek(0)
    again = restore(torch.load(buffer, weights_only=True), small_world())
    assert torch.equal(model.score(USERS), again.score(USERS))


def storages(tensors: dict[str, Tensor]) -> dict[str, int]:
    return {name: tensor.untyped_storage().data_ptr() for name, tensor in tensors.items()}


@pytest.mark.parametrize("name", EVERY)
def test_a_restored_model_and_its_checkpoint_share_the_weights(name: str) -> None:
    checkpoint = capture(name, ready(name), None, streams(0, "cpu"), {"epoch": 0}, [1])
    again = restore(checkpoint, small_world())
    assert storages(dict(again.state_dict())) == storages(checkpoint["weights"])


def large_tensors(model: Recommender, size: int) -> set[int]:
    """The storages of at least so many numbers that a model holds, buffers or attributes."""
    held = [value for module in model.modules() for value in vars(module).values()]
    held += [*model.parameters(), *model.buffers()]
    arrays = [value for value in held if isinstance(value, Tensor | np.ndarray)]
    tensors = [torch.as_tensor(value) for value in arrays]
    return {x.untyped_storage().data_ptr() for x in tensors if x.numel() >= size}


@pytest.mark.parametrize("name", CLOSED)
def test_a_fitted_model_is_stored_once(name: str) -> None:
    inputs = small_world()
    model = build(name, config_of(name), inputs, Randomness.seeded(1))
    assert isinstance(model, ClosedForm)
    progress = fit_and_capture(name, model, inputs, streams(0, "cpu"))
    weights = progress.best["weights"]
    assert storages(weights) == storages(dict(model.state_dict()))
    assert progress.last["weights"] == {}
    assert progress.history.empty
    size = inputs.n_items**2
    assert large_tensors(model, size) <= set(storages(weights).values())
    assert sum(x.numel() >= size for x in weights.values()) <= 1


@pytest.mark.parametrize("name", OURS)
def test_a_model_says_whether_it_is_trained(name: str) -> None:
    assert (model_config(name).train_settings is None) == (name not in CLOSED)


@pytest.mark.parametrize("name", CLOSED)
def test_a_seed_that_names_no_trial_changes_nothing(name: str) -> None:
    if model_config(name).train_settings == ():
        one, other = (ready(name, seed=seed).score(USERS) for seed in (1, 2))
        assert torch.equal(one, other)


@pytest.mark.parametrize("name", EVERY)
def test_every_parameter_has_a_default_and_a_description(name: str) -> None:
    config = model_config(name)
    for key, field in config.model_fields.items():
        assert not field.is_required(), key
        assert field.description, key
    with pytest.raises(ValidationError):
        config(no_such_parameter=1)


@pytest.mark.parametrize("name", EVERY)
def test_published_settings_are_settings_of_a_training(name: str) -> None:
    config = model_config(name)
    assert train_config(**{"patience": 50, **config.published})
    assert not set(config.model_fields) & {*TrainConfig.model_fields, "train"}


@pytest.mark.parametrize("name", EVERY)
def test_the_published_search_space_is_of_this_model(name: str) -> None:
    config = model_config(name)
    for key, tried in config.search.items():
        assert tried, key
        for value in tried:
            if key.startswith("train."):
                assert train_config(**{key.removeprefix("train."): value})
            else:
                assert key in config.model_fields
                config(**{key: value})
