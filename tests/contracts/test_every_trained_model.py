"""What every model that is trained by epochs must pass."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from contracts.world import (
    TRAINED,
    batch_of,
    inputs_of,
    small_world,
    started,
    train_config,
    train_config_of,
    trained_model,
)
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import Trained
from siger_pipeline.training.checkpoint import Streams, streams
from siger_pipeline.training.trainer import Training

SMALL_STEP = 1e-6
WIDTHS = {"image": 6, "text": 4}


def total(model: Trained, batch: Batch, seed: int = 3) -> Tensor:
    return torch.stack(list(model.loss(batch, Randomness.seeded(seed)).values())).sum()


@pytest.mark.parametrize("name", TRAINED)
def test_loss_terms_are_named_finite_scalars_drawn_from_the_randomness(name: str) -> None:
    inputs = small_world()
    terms = []
    for _ in range(2):
        model = started(name, inputs)
        terms.append(model.loss(batch_of(model, inputs), Randomness.seeded(5)))
    one, same = terms
    assert one.keys() == same.keys()
    for term in one:
        assert one[term].shape == ()
        assert torch.isfinite(one[term])
        assert torch.equal(one[term], same[term])


@pytest.mark.parametrize("name", TRAINED)
def test_every_weight_gets_a_gradient_in_an_epoch_s_first_batch(name: str) -> None:
    inputs = small_world()
    model = started(name, inputs)
    total(model, batch_of(model, inputs, 200)).backward()
    for parameter, value in model.named_parameters():
        assert value.grad is not None, parameter
        assert torch.isfinite(value.grad).all(), parameter
        assert value.grad.any(), parameter


class DetachedAsConstants(TorchFunctionMode):
    """The values of `detach` in the first loss, given again in each later one.

    The gradient of a loss with detached targets (BM3) or weights (DA-MRS) is the slope of the loss
    with these held constant.
    """

    def __init__(self) -> None:
        super().__init__()
        self.values: list[Tensor] = []
        self.later: Iterator[Tensor] | None = None

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is not Tensor.detach:
            return func(*args, **(kwargs or {}))
        if self.later is not None:
            return next(self.later)
        self.values.append(func(*args).clone())
        return self.values[-1]


@pytest.mark.parametrize("name", TRAINED)
def test_the_gradient_is_that_of_the_loss(name: str) -> None:
    inputs = small_world()
    model = trained_model(name, inputs)
    batch = batch_of(model, inputs)
    constants = DetachedAsConstants()

    def first_loss() -> Tensor:
        model.start_epoch(Randomness.seeded(4))
        model.double()  # so that a step can be too small to cross a kink or change a neighbour
        with constants:
            return total(model, batch)

    first_loss().backward()
    for parameter, value in model.named_parameters():
        assert value.grad is not None, parameter
        direction = value.grad / value.grad.norm()
        losses = []
        with torch.no_grad():
            for step in (SMALL_STEP, -2 * SMALL_STEP, SMALL_STEP):
                constants.later = iter(constants.values)
                value.add_(direction, alpha=step)
                losses.append(float(first_loss()))
        slope = (losses[0] - losses[1]) / (2 * SMALL_STEP)
        expected = pytest.approx(float(value.grad.norm()), rel=1e-3, abs=1e-8)
        assert slope == expected, parameter


def steps_by_hand(model: Trained, batches: list[Batch], noise: Randomness, rate: float) -> Tensor:
    """An epoch of Adam, written from the paper; the losses of its steps."""
    groups, losses = model.optimiser_groups(rate, 1e-3), []
    parameters = [(p, group) for group in groups for p in group.parameters]
    moments = {p: (torch.zeros_like(p), torch.zeros_like(p), [0]) for p, _ in parameters}
    model.start_epoch(noise)
    for batch in batches:
        losses.append(torch.stack(list(model.loss(batch, noise).values())).sum())
        losses[-1].backward()
        for parameter, group in parameters:
            gradient = parameter.grad
            if gradient is None and group.idle == "skip":
                continue
            gradient = torch.zeros_like(parameter) if gradient is None else gradient
            gradient = gradient + group.weight_decay * parameter.detach()
            first, second, count = moments[parameter]
            count[0] += 1
            first.mul_(0.9).add_(0.1 * gradient)
            second.mul_(0.999).add_(0.001 * gradient**2)
            step = (first / (1 - 0.9 ** count[0])) / (
                (second / (1 - 0.999 ** count[0])).sqrt() + 1e-8
            )
            with torch.no_grad():
                parameter.sub_(group.learning_rate * step)
            parameter.grad = None
    return torch.stack(losses).detach()


@pytest.mark.parametrize("name", TRAINED)
def test_an_epoch_of_the_trainer_is_its_steps_written_by_hand(name: str) -> None:
    inputs = small_world()
    pairs = inputs.interactions.nnz
    config = train_config_of(
        name, max_epochs=1, batch_size=-(-pairs // 3), learning_rate=0.01, weight_decay=1e-3
    )
    model, by_hand = trained_model(name, inputs), trained_model(name, inputs)
    batches = model.batches(inputs.interactions, config.batch_size)
    randomness = Streams(Randomness.seeded(8), Randomness.seeded(9))
    training = Training(name, model, batches, lambda _: {"recall@20": 0.0}, randomness, config)
    (progress,) = training.epochs()

    epoch = list(batches.epoch(Randomness.seeded(8)))
    assert len(epoch) == 3
    losses = steps_by_hand(by_hand, epoch, Randomness.seeded(9), 0.01)
    for trained, expected in zip(model.parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(trained, expected, rtol=1e-3, atol=1e-5)
    assert progress.history["loss"].item() == pytest.approx(float(losses.mean()), rel=1e-4)


@pytest.mark.parametrize("name", TRAINED)
def test_scoring_within_an_epoch_changes_no_later_step(name: str) -> None:
    inputs = small_world()
    losses = []
    for scores in (False, True):
        model = started(name, inputs)
        total(model, batch_of(model, inputs)).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.mul_(1.1)
        if scores:
            model.eval().score(torch.arange(3))
            model.train()
        losses.append(total(model, batch_of(model, inputs, seed=6)))
        losses[-1].backward()
    assert torch.equal(*losses)


@pytest.mark.parametrize("name", TRAINED)
def test_a_batch_holds_pairs_of_the_training_part(name: str) -> None:
    inputs = small_world()
    model = trained_model(name, inputs)
    batches = model.batches(inputs.interactions, 64)
    epoch = list(batches.epoch(Randomness.seeded(0)))
    assert len(epoch) == len(batches)
    pairs = sorted(
        pair
        for batch in epoch
        for pair in zip(batch.users.tolist(), batch.positives.tolist(), strict=True)
    )
    assert pairs == sorted(zip(*(x.tolist() for x in inputs.interactions.nonzero()), strict=True))


@pytest.mark.parametrize("name", TRAINED)
def test_fifty_steps_beside_lonely_users_and_items_without_features_stay_finite(name: str) -> None:
    draw = np.random.default_rng(0)
    interactions = draw.random((20, 40)) < 0.2
    interactions[3], interactions[:, 7] = False, False
    features = {m: draw.normal(size=(40, d)).astype(np.float32) for m, d in WIDTHS.items()}
    for values in features.values():
        values[[7, 11]] = 0  # one of them nobody has
    inputs = inputs_of(interactions, features)
    model = trained_model(name, inputs)
    batches = model.batches(inputs.interactions, -(-inputs.interactions.nnz // 10))
    config = train_config_of(name, max_epochs=5, patience=5, evaluate_every=5)
    constant = {"recall@20": 0.0}
    list(Training(name, model, batches, lambda _: constant, streams(1, "cpu"), config).epochs())
    assert 5 * len(batches) >= 50
    assert all(torch.isfinite(value).all() for value in model.state_dict().values())
    assert torch.isfinite(model.eval().score(torch.arange(20))).all()


@pytest.mark.parametrize("name", TRAINED)
def test_every_model_finds_the_withheld_diagonal_of_a_checkerboard(name: str) -> None:
    size = 40
    board = np.add.outer(np.arange(size), np.arange(size)) % 2 == 0
    board[np.diag_indices(size)] = False
    draw = np.random.default_rng(0)
    features = {"text": draw.normal(size=(size, 8)).astype(np.float32)}
    inputs = inputs_of(board, features)
    model = trained_model(name, inputs)
    config = train_config(max_epochs=25, patience=25, batch_size=256, learning_rate=0.02)
    batches = model.batches(inputs.interactions, config.batch_size)
    constant = {"recall@20": 0.0}
    list(Training(name, model, batches, lambda _: constant, streams(1, "cpu"), config).epochs())
    best, _ = rank(model.eval().scorer(), np.arange(size), inputs.interactions, 1)
    assert (best[:, 0] == np.arange(size)).all()
