"""A training that was broken off goes on as if it had not been."""

import copy
import logging
from pathlib import Path
from typing import Any

import pytest
import torch

from contracts.world import config_of, small_world, train_config, trained_model
from siger_pipeline.data.schema import Split
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.randomness import Randomness, all_users
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.training.resume import earlier_progress
from siger_pipeline.training.start import continued, start_training
from training.resuming import EPOCHS, contents, datasets, fresh, offered, train_until


@pytest.mark.parametrize("saved", range(4 * EPOCHS + 1))
def test_killed_between_any_two_saves_it_ends_with_the_same_bytes(
    saved: int, unbroken: dict[str, bytes], tmp_path: Path
) -> None:
    train_until(fresh().epochs(), tmp_path, saved)
    steps = list(continued(fresh(), offered(tmp_path)))
    committed = saved // 4
    first = committed if committed == EPOCHS else committed + 1
    assert [step.last["progress"]["epoch"] for step in steps] == [*range(first, EPOCHS + 1)]
    train_until(iter(steps), tmp_path)
    assert contents(tmp_path) == unbroken
    timings = datasets(tmp_path)["timings"].load().to_pandas()
    assert timings["epoch"].tolist() == [*range(1, EPOCHS + 1)]


def test_killed_again_and_again(unbroken: dict[str, bytes], tmp_path: Path) -> None:
    for saved in (6, 1, 3, 4, 7, None):
        train_until(continued(fresh(), offered(tmp_path)), tmp_path, saved)
    assert contents(tmp_path) == unbroken


def test_a_finished_training_is_told_once_more_and_not_trained(
    unbroken: dict[str, bytes], tmp_path: Path
) -> None:
    train_until(fresh().epochs(), tmp_path)
    training = fresh()
    (step,) = continued(training, offered(tmp_path))
    assert training.rows == []
    assert step.last["progress"]["finished"]
    train_until(iter([step]), tmp_path / "again")
    assert contents(tmp_path / "again") == unbroken


def test_a_training_resumed_with_another_number_of_threads_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    train_until(fresh().epochs(), tmp_path, 12)
    other = fresh()
    other.threads = [3]
    with caplog.at_level(logging.WARNING):
        *_, step = continued(other, offered(tmp_path))
    (record,) = caplog.records
    assert "the training of lightgcn used 1, then 3 threads" in record.getMessage()
    assert "set the parameter threads to the first number" in record.getMessage()
    assert step.last["threads"] == [1, 3]


def test_what_was_offered_is_not_trained_on(tmp_path: Path) -> None:
    train_until(fresh().epochs(), tmp_path, 12)
    state = offered(tmp_path)
    before = copy.deepcopy(state["last_checkpoint"])
    list(continued(fresh(), state))
    for part in ("weights", "randomness"):
        for name, value in before[part].items():
            assert torch.equal(value, state["last_checkpoint"][part][name])
    moments = zip(
        before["optimiser"]["moments"].values(),
        state["last_checkpoint"]["optimiser"]["moments"].values(),
        strict=True,
    )
    assert all(torch.equal(*pair) for held in moments for pair in zip(*held, strict=True))


class Renewed(DotProduct, Trained):
    """Draws at the start of each epoch which rows count in it."""

    def __init__(self) -> None:
        super().__init__()
        self.config = trained_model("lightgcn", small_world()).config
        self.weight = torch.nn.Parameter(torch.ones(30, 2))
        self.drawn = torch.zeros(30, 1)

    def embed(self) -> tuple[torch.Tensor, torch.Tensor]:
        return self.weight, torch.ones(40, 2)

    def start_epoch(self, randomness: Randomness) -> None:
        self.drawn = randomness.bernoulli(0.5, all_users(30), 1).float()

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, torch.Tensor]:
        return {"drawn": (self.weight * self.drawn).square().sum()}


def test_what_a_model_renews_each_epoch_is_drawn_as_it_would_have_been(tmp_path: Path) -> None:
    train_until(fresh(Renewed()).epochs(), tmp_path / "unbroken")
    train_until(fresh(Renewed()).epochs(), tmp_path, 14)
    train_until(continued(fresh(Renewed()), offered(tmp_path)), tmp_path)
    assert contents(tmp_path) == contents(tmp_path / "unbroken")


def test_a_best_that_cannot_be_repeated_is_the_next_epoch(tmp_path: Path) -> None:
    """On another device epoch 4 comes out a little worse, and the best of epoch 2 is gone."""
    train_until(fresh().epochs(), tmp_path, 13)
    training = fresh()
    training.validate = lambda _: {"recall@20": 0.29}
    step = next(continued(training, offered(tmp_path)))
    assert step.history["best"].tolist() == [True, True, False, True]
    assert step.best["progress"]["epoch"] == 4
    assert all(torch.equal(x, step.last["weights"][n]) for n, x in step.best["weights"].items())


def test_the_best_epoch_that_is_the_last_one_is_not_lost(tmp_path: Path) -> None:
    """On another device epoch 2 comes out worse than epoch 1; its checkpoint was saved already."""
    train_until(fresh().epochs(), tmp_path, 5)
    first = offered(tmp_path)["last_checkpoint"]
    training = fresh()
    training.validate = lambda _: {"recall@20": 0.05}
    step = next(continued(training, offered(tmp_path)))
    assert step.history["best"].tolist() == [True, False]
    assert step.best["progress"] == {**step.last["progress"], "epoch": 1}
    assert all(torch.equal(x, first["weights"][n]) for n, x in step.best["weights"].items())


def test_a_resume_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    train_until(fresh().epochs(), tmp_path, 10)
    with caplog.at_level(logging.INFO):
        continued(fresh(), offered(tmp_path))
    assert caplog.messages == [
        "the training of lightgcn, which was interrupted, resumes after epoch 2"
    ]


@pytest.mark.parametrize("unfinished", [None, {}])
def test_without_an_earlier_training_nothing_is_said(
    unfinished: dict[str, Any] | None, caplog: pytest.LogCaptureFixture
) -> None:
    world = small_world()
    matrices = dict.fromkeys(Split, world.interactions)
    train = train_config(max_epochs=1)
    with caplog.at_level(logging.INFO):
        epochs = start_training(
            "lightgcn", config_of("lightgcn"), train, world, matrices, unfinished
        )
    assert not caplog.messages
    assert len(list(epochs)) == 1


def test_a_closed_form_has_nothing_to_resume(caplog: pytest.LogCaptureFixture) -> None:
    world = small_world()
    matrices = dict.fromkeys(Split, world.interactions)
    offer = {"checkpoint": {"format": 99}}
    with caplog.at_level(logging.INFO):
        (step,) = start_training("popularity", {}, train_config(), world, matrices, offer)
    assert step.last["progress"]["finished"]
    assert step.timings["epoch"].tolist() == [0]
    assert (step.timings[["seconds_train", "peak_mib"]] > 0).all(axis=None)
    assert not caplog.messages


def test_the_last_epoch_that_stands_in_for_the_best_keeps_no_moments(tmp_path: Path) -> None:
    """Epoch 2 was better and had replaced the best checkpoint when the process died."""
    train_until(fresh().epochs(), tmp_path, 5)
    earlier = earlier_progress(offered(tmp_path), fresh().state(), "recall@20")
    assert earlier.best["progress"]["epoch"] == 1
    assert set(earlier.best["optimiser"]) == {"settings"}
    assert set(earlier.last["optimiser"]) == {"settings", "moments"}
