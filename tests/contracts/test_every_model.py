"""What every registered model must pass, whatever it computes."""

import io

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from contracts.world import (
    CLOSED,
    CONF,
    TRAINED,
    config_of,
    inputs_of,
    small_world,
    some_batch,
    train_config,
    trained_model,
)
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.models.base import ClosedFormRecommender, Recommender
from siger_pipeline.models.registry import build, model_class, model_names
from siger_pipeline.training.checkpoint import Generators, capture, restore
from siger_pipeline.training.sampler import PairSampler
from siger_pipeline.training.trainer import Training

EVERY = model_names()


def ready(name: str, seed: int = 1) -> Recommender:
    inputs = small_world()
    generator = torch.Generator().manual_seed(seed)
    model = build(name, config_of(name), inputs, generator)
    if isinstance(model, ClosedFormRecommender):
        model.fit(inputs, generator)
    return model.eval()


@pytest.mark.parametrize("name", EVERY)
def test_the_same_seed_gives_the_same_scores(name: str) -> None:
    users = torch.arange(30)
    assert torch.equal(ready(name).score(users), ready(name).score(users))


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
    torch.testing.assert_close(model.score(some), model.scorer()(torch.arange(30))[some])


@pytest.mark.parametrize("name", EVERY)
def test_a_checkpoint_brings_the_scores_back(name: str) -> None:
    model, users = ready(name), torch.arange(30)
    generators = Generators(torch.Generator(), torch.Generator())
    buffer = io.BytesIO()
    torch.save(capture(name, model, None, generators, {"epoch": 0}, [1]), buffer)
    buffer.seek(0)
    again = restore(torch.load(buffer, weights_only=True), small_world())
    assert torch.equal(model.score(users), again.score(users))


@pytest.mark.parametrize("name", EVERY)
def test_parameters_stand_in_conf_and_nowhere_else(name: str) -> None:
    config = model_class(name).Config
    assert set(config.model_fields) == set(config_of(name))
    assert all(field.is_required() for field in config.model_fields.values())
    assert (CONF / f"parameters_model_{name}.yml").exists()
    with pytest.raises(ValidationError):
        config(**config_of(name), no_such_parameter=1)


@pytest.mark.parametrize("name", TRAINED)
def test_loss_terms_are_named_finite_scalars_drawn_from_the_generator(name: str) -> None:
    inputs = small_world()
    model, batch = trained_model(name, inputs), some_batch(inputs)
    one, same = (model.loss(batch, torch.Generator().manual_seed(5)) for _ in range(2))
    assert one.keys() == same.keys()
    for term in one:
        assert one[term].shape == ()
        assert torch.isfinite(one[term])
        assert torch.equal(one[term], same[term])


@pytest.mark.parametrize("name", TRAINED)
def test_every_weight_gets_a_gradient(name: str) -> None:
    inputs = small_world()
    model = trained_model(name, inputs)
    sum(model.loss(some_batch(inputs, 200), torch.Generator()).values()).backward()  # type: ignore[union-attr]
    for parameter, value in model.named_parameters():
        assert value.grad is not None, parameter
        assert torch.isfinite(value.grad).all(), parameter
        assert value.grad.any(), parameter


@pytest.mark.parametrize("name", TRAINED)
def test_the_gradient_is_that_of_the_loss(name: str) -> None:
    inputs = small_world()
    model, batch = trained_model(name, inputs), some_batch(inputs)

    def total() -> torch.Tensor:
        return torch.stack(list(model.loss(batch, torch.Generator().manual_seed(3)).values())).sum()

    total().backward()
    for parameter in model.parameters():
        assert parameter.grad is not None
        direction = parameter.grad / parameter.grad.norm()
        with torch.no_grad():
            parameter.add_(direction, alpha=1e-2)
            above = total()
            parameter.add_(direction, alpha=-2e-2)
            below = total()
            parameter.add_(direction, alpha=1e-2)
        slope = float((above - below) / 2e-2)
        assert slope == pytest.approx(float(parameter.grad.norm()), rel=0.05, abs=2e-4)


@pytest.mark.parametrize("name", TRAINED)
def test_one_step_of_the_trainer_is_a_step_written_by_hand(name: str) -> None:
    inputs = small_world()
    config = train_config(max_epochs=1, batch_size=10_000)
    model, by_hand = trained_model(name, inputs), trained_model(name, inputs)
    generators = Generators(torch.Generator().manual_seed(8), torch.Generator().manual_seed(9))
    sampler = PairSampler(inputs.interactions, config.batch_size)
    training = Training(name, model, sampler, lambda _: {"recall@20": 0.0}, generators, config)
    (progress,) = training.epochs()

    batch = next(iter(sampler.epoch(torch.Generator().manual_seed(8))))
    noise = torch.Generator().manual_seed(9)
    by_hand.start_epoch(noise)
    terms = by_hand.loss(batch, noise)
    torch.stack(list(terms.values())).sum().backward()
    for parameter in by_hand.parameters():
        assert parameter.grad is not None
        first, second = 0.1 * parameter.grad, 0.001 * parameter.grad**2
        with torch.no_grad():
            parameter.sub_(0.01 * (first / 0.1) / ((second / 0.001).sqrt() + 1e-8))
    for trained, expected in zip(model.parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(trained, expected, rtol=1e-4, atol=1e-6)
    for term, value in terms.items():
        assert progress.history[f"loss_{term}"].item() == pytest.approx(float(value.detach()))


@pytest.mark.parametrize("name", TRAINED)
def test_every_model_finds_the_withheld_diagonal_of_a_checkerboard(name: str) -> None:
    size = 40
    board = np.add.outer(np.arange(size), np.arange(size)) % 2 == 0
    board[np.diag_indices(size)] = False
    draw = np.random.default_rng(0)
    features = {"text": draw.normal(size=(size, 8)).astype(np.float32)}
    inputs = inputs_of(board, features)
    model = trained_model(name, inputs)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    batches, noise = torch.Generator().manual_seed(1), torch.Generator().manual_seed(2)
    sampler = PairSampler(inputs.interactions, 256)
    for _ in range(25):
        for batch in sampler.epoch(batches):
            optimiser.zero_grad()
            torch.stack(list(model.loss(batch, noise).values())).sum().backward()
            optimiser.step()
    best, _ = rank(model.eval().scorer(), np.arange(size), inputs.interactions, 1)
    assert (best[:, 0] == np.arange(size)).all()


@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_form_says_how_it_is_computed(name: str) -> None:
    assert issubclass(model_class(name), ClosedFormRecommender)
