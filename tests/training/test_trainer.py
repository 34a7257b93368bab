"""The loop: stopping, checkpoints, history, losses that are not finite, devices, progress."""

import copy
import logging
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse

from contracts.world import config_of, small_world, train_config, trained_model
from siger_pipeline.data.schema import Split
from siger_pipeline.errors import InputError, TrainingError
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.batches import PairBatches
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.adam import Group
from siger_pipeline.training import trainer
from siger_pipeline.training.checkpoint import FORMAT, restore, stream, streams
from siger_pipeline.training.device import resolve_device
from siger_pipeline.training.inputs import model_inputs
from siger_pipeline.training.progress import Progress, Standing
from siger_pipeline.training.start import start_training
from siger_pipeline.training.trainer import Training


def scripted(values: list[float], **changes: Any) -> Training:
    """A training whose validation follows a script."""
    inputs, config, script = small_world(), train_config(**changes), iter(values)
    return Training(
        "lightgcn",
        trained_model("lightgcn", inputs),
        PairBatches(inputs.interactions, config.batch_size),
        lambda _: {"recall@20": next(script)},
        streams(0, "cpu"),
        config,
    )


def test_it_stops_after_patience_epochs_without_better_and_keeps_the_best() -> None:
    training, steps, weights = scripted([0.1, 0.3, 0.2, 0.3, 0.25, 0.9]), [], []
    for step in training.epochs():
        steps.append(step)
        weights.append(copy.deepcopy(step.last["weights"]))
    assert len(steps) == 5  # a tie is nothing better
    last = steps[-1]
    assert last.history["recall@20"].tolist() == [0.1, 0.3, 0.2, 0.3, 0.25]
    assert last.history["best"].tolist() == [True, True, False, False, False]
    assert last.history["epoch"].tolist() == [1, 2, 3, 4, 5]
    assert last.best["progress"]["epoch"] == 2
    assert last.last["progress"]["epoch"] == 5
    assert last.last["progress"]["finished"] is True
    assert steps[2].best["progress"]["finished"] is False
    for name, weight in weights[1].items():
        assert torch.equal(weight, last.best["weights"][name])
        assert not torch.equal(weight, last.last["weights"][name])
    assert set(last.best["optimiser"]) == {"settings"}


def test_it_stops_at_max_epochs() -> None:
    steps = list(scripted([0.1, 0.2], max_epochs=2).epochs())
    assert [step.last["progress"]["finished"] for step in steps] == [False, True]


def test_validation_values_are_compared_unrounded() -> None:
    steps = list(scripted([0.1, 0.100001, 0.1, 0.1, 0.1]).epochs())
    assert steps[-1].best["progress"]["epoch"] == 2


def test_history_holds_every_term_and_no_time() -> None:
    step = next(scripted([0.1], max_epochs=1).epochs())
    history, terms = step.history, ["loss_bpr", "loss_regularisation"]
    assert list(history) == ["epoch", "loss", *terms, "recall@20", "best"]
    assert history["loss"].item() == pytest.approx(sum(history[term].item() for term in terms))


def test_timings_are_a_row_an_epoch() -> None:
    *_, step = scripted([0.1, 0.2], max_epochs=2).epochs()
    assert list(step.timings) == ["epoch", "seconds_train", "seconds_validation", "peak_mib"]
    assert step.timings["epoch"].tolist() == [1, 2]
    assert (step.timings.drop(columns="epoch") > 0).all(axis=None)


class Breaking(DotProduct, Trained):
    """Its term goes bad at the second epoch's second step."""

    def __init__(self, bad: float) -> None:
        super().__init__()
        self.config = trained_model("lightgcn", small_world()).config
        self.weight = torch.nn.Parameter(torch.ones(30, 2))
        self.bad, self.steps = bad, 0

    def embed(self) -> tuple[torch.Tensor, torch.Tensor]:
        return self.weight, torch.ones(40, 2)

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, torch.Tensor]:
        self.steps += 1
        factor = self.bad if self.steps == 7 else 1.0
        return {"good": self.weight.sum(), "explosive": self.weight.square().sum() * factor}


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_with_step_and_term_and_keeps_the_last_good(
    bad: float,
) -> None:
    inputs = small_world()
    batches = PairBatches(inputs.interactions, -(-inputs.interactions.nnz // 5))
    model = Breaking(bad)
    epochs = Training(
        "x", model, batches, lambda _: {"recall@20": 0.5}, streams(0, "cpu"), train_config()
    ).epochs()
    kept = next(epochs)
    with pytest.raises(
        TrainingError, match=r"'explosive' is (nan|inf) at epoch 2, step 2 of 5.*epoch 1 stay"
    ):
        next(epochs)
    assert torch.isfinite(kept.best["weights"]["weight"]).all()


def start(seed: int = 0, model: str = "siger", **changes: Any) -> Iterator[Progress]:
    world = small_world()
    held = sparse.csr_matrix((np.random.default_rng(1).random((30, 40)) < 0.1).astype(np.float32))
    matrices = {Split.TRAIN: world.interactions, Split.VALIDATION: held}
    requests = {request: request.name for request in world.matrices}
    arrays = {name: world[request] for request, name in requests.items()}
    inputs = model_inputs(world.interactions, requests, arrays, world.modalities)
    return start_training(
        model, config_of(model), train_config(seed=seed, **changes), inputs, matrices
    )


@pytest.mark.parametrize("model", ["siger", "lightgcn"])
def test_a_seed_fixes_a_training_bit_for_bit(model: str) -> None:
    one, same, other = (list(start(seed, model, max_epochs=3))[-1] for seed in (5, 5, 6))
    assert one.history.equals(same.history)
    assert not one.history.equals(other.history)
    for name, weight in one.last["weights"].items():
        assert torch.equal(weight, same.last["weights"][name])


def test_a_closed_form_is_one_step() -> None:
    (progress,) = start(model="popularity")
    assert progress.history.empty
    assert progress.best["progress"]["finished"]
    counts = restore(progress.best, small_world()).score(torch.tensor([0]))[0]
    assert counts.tolist() == small_world().interactions.sum(axis=0).A1.tolist()


def test_nobody_to_validate_by() -> None:
    world = small_world()
    empty = sparse.csr_matrix(world.interactions.shape, dtype=np.float32)
    matrices = {Split.TRAIN: world.interactions, Split.VALIDATION: empty, Split.TEST: empty}
    with pytest.raises(InputError, match="no user has a validation interaction"):
        start_training("lightgcn", config_of("lightgcn"), train_config(), world, matrices)


def test_a_device_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert resolve_device("auto") == torch.device("cpu")
    with pytest.raises(TrainingError, match=r"train.device = 'cuda'.*train.device=cpu"):
        resolve_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve_device("auto") == torch.device("cuda")
    assert resolve_device("cpu") == torch.device("cpu")


def test_a_checkpoint_of_something_else_is_refused() -> None:
    progress = next(iter(start(model="lightgcn", max_epochs=1)))
    with pytest.raises(InputError, match="does not fit the data set"):
        restore(progress.best, small_world(users=31))
    with pytest.raises(InputError, match=f"reads {FORMAT}"):
        restore({**progress.best, "format": 99}, small_world())


def announced(caplog: pytest.LogCaptureFixture, training: Training) -> list[Standing]:
    with caplog.at_level(logging.DEBUG, trainer.__name__):
        list(training.epochs())
    return [record.__dict__["standing"] for record in caplog.records]


def test_each_epoch_is_announced_before_and_after_its_validation(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = announced(caplog, scripted([0.1, 0.2], max_epochs=2))
    assert [(of.epoch, of.step, of.finished) for of in found] == [
        (epoch, found[0].steps, finished)
        for epoch, finished in ((1, False), (1, False), (2, False), (2, True))
    ]
    assert found[-1].rows[-1]["recall@20"] == 0.2


def test_a_long_epoch_is_announced_while_it_lasts(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "SECONDS_BETWEEN_EVENTS", -1.0)
    training = scripted([0.1], max_epochs=1)
    found = announced(caplog, training)
    assert [of.step for of in found[:-2]] == list(range(len(training.batches)))
    assert found[0].rows is training.rows


def test_a_short_epoch_is_not(caplog: pytest.LogCaptureFixture) -> None:
    assert len(announced(caplog, scripted([0.1], max_epochs=1))) == 2


def test_streams_of_a_seed_differ() -> None:
    draws = [stream(3, number).uniform(4).tolist() for number in range(3)]
    assert draws[0] != draws[1] != draws[2]
    assert draws[1] == stream(3, 1).uniform(4).tolist()


def test_metrics_stand_in_the_rows_of_the_epochs_that_were_validated() -> None:
    training = scripted([0.1, 0.3, 0.2], max_epochs=5, evaluate_every=2)
    steps = list(training.epochs())
    history = steps[-1].history
    assert history["recall@20"].isna().tolist() == [True, False, True, False, False]
    assert history["recall@20"].dropna().tolist() == [0.1, 0.3, 0.2]
    assert history["best"].tolist() == [False, True, False, True, False]
    assert list(history) == list(next(scripted([0.1], max_epochs=1).epochs()).history)
    assert [step.best["progress"]["epoch"] for step in steps] == [1, 2, 2, 4, 4]
    assert [step.last["progress"]["best_epoch"] for step in steps] == [0, 2, 2, 4, 4]


def test_patience_counts_epochs_and_is_looked_at_after_a_validation() -> None:
    *_, last = scripted([0.3, 0.2, 0.1, 0.1], evaluate_every=2, patience=3).epochs()
    assert last.last["progress"]["epoch"] == 6
    assert last.last["progress"]["best_epoch"] == 2


def test_the_schedule_sets_the_rate_of_an_epoch() -> None:
    training = scripted([0.1, 0.2, 0.3], max_epochs=3, decay=0.5)
    rates = []
    for _ in training.epochs():
        rates.append(training.optimiser.factor)
    assert rates == [1.0, 0.5, 0.25]


class Forgetful(Breaking):
    def optimiser_groups(self, learning_rate: float, weight_decay: float) -> list[Group]:
        return []


def test_a_parameter_in_no_group_is_refused() -> None:
    inputs = small_world()
    batches = PairBatches(inputs.interactions, 64)
    with pytest.raises(ValueError, match="model x: parameter weight is in 0 of the optimiser_gro"):
        Training("x", Forgetful(1.0), batches, lambda _: {}, streams(0, "cpu"), train_config())


class Changing(Breaking):
    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, torch.Tensor]:
        self.steps += 1
        return {f"term_{min(self.steps, 2)}": self.weight.sum()}


def test_terms_that_change_are_refused() -> None:
    inputs = small_world()
    batches = PairBatches(inputs.interactions, 64)
    config = train_config(max_epochs=1)
    training = Training("x", Changing(1.0), batches, lambda _: {}, streams(0, "cpu"), config)
    with pytest.raises(ValueError, match=r"loss terms \['term_2'\] after \['term_1'\]"):
        list(training.epochs())


def test_the_best_weights_have_one_memory() -> None:
    """Wide features would not fit twice."""
    steps = list(scripted([0.1, 0.2], max_epochs=2).epochs())
    assert steps[1].history["best"].all()
    first, second = (step.best["weights"]["users"] for step in steps)  # both are alive
    assert first.data_ptr() == second.data_ptr()
