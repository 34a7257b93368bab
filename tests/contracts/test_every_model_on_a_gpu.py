"""On a GPU every model is the one of the CPU, trains, resumes, and its checkpoint scores anywhere.

Needs a CUDA device; elsewhere these tests are skipped.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from contracts.world import (
    EVERY,
    TRAINED,
    batch_of,
    config_of,
    requested_by,
    small_world,
    train_config_of,
    trained_model,
    withheld,
)
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import Trained
from siger_pipeline.training.checkpoint import restore
from siger_pipeline.training.progress import Progress
from siger_pipeline.training.start import start_training
from training.resuming import datasets, offered, train_until

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def losses_and_gradients(name: str, device: str) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Of the first batch; the weights and all noise are the CPU's."""
    inputs = small_world()
    model = trained_model(name, inputs).to(device)
    assert isinstance(model, Trained)
    noise = Randomness(torch.Generator().manual_seed(4), device)
    model.train()
    model.start_epoch(noise)
    terms = model.loss(batch_of(model, inputs).to(torch.device(device)), noise)
    torch.stack(list(terms.values())).sum().backward()
    gradients = {n: p.grad.cpu().numpy() for n, p in model.named_parameters() if p.grad is not None}
    return {term: float(value.detach()) for term, value in terms.items()}, gradients


@pytest.mark.parametrize("name", TRAINED)
def test_its_losses_and_gradients_are_those_of_the_cpu(name: str) -> None:
    losses, gradients = losses_and_gradients(name, "cpu")
    on_gpu, gradients_there = losses_and_gradients(name, "cuda")
    assert on_gpu == pytest.approx(losses, rel=1e-4, abs=1e-6)
    assert gradients_there.keys() == gradients.keys()
    for parameter, gradient in gradients.items():
        away = np.linalg.norm(gradients_there[parameter] - gradient)
        assert away <= 1e-3 * np.linalg.norm(gradient) + 1e-6, parameter


def training(name: str, unfinished: Any = None) -> Iterator[Progress]:
    inputs = requested_by(name, small_world())
    config = train_config_of(name, max_epochs=4, patience=100, device="cuda")
    matrices = withheld(inputs.interactions)
    return start_training(name, config_of(name), config, inputs, matrices, unfinished)


@pytest.mark.parametrize("name", EVERY)
def test_its_checkpoint_scores_on_the_cpu_as_on_the_gpu(name: str) -> None:
    *_, last = training(name)
    inputs = requested_by(name, small_world())
    users = torch.arange(inputs.n_users)
    scores = restore(last.best, inputs).score(users)
    assert torch.isfinite(scores).all()
    model = restore(last.best, inputs)
    if isinstance(model, Trained):
        there = model.to("cuda").scorer()(users.to("cuda")).cpu()
        torch.testing.assert_close(there, scores, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", TRAINED)
def test_a_training_that_was_broken_off_goes_on_there(name: str, tmp_path: Path) -> None:
    train_until(training(name), tmp_path / "broken_off", most=2 * len(datasets(tmp_path)))
    *_, unbroken = training(name)
    *earlier, resumed = training(name, offered(tmp_path / "broken_off"))
    assert len(earlier) == 1
    assert resumed.last["progress"]["epoch"] == 4
    epochs = resumed.history["epoch"].tolist()
    assert epochs == unbroken.history["epoch"].tolist()
    losses = unbroken.history["loss"].to_numpy()
    np.testing.assert_allclose(resumed.history["loss"].to_numpy(), losses, rtol=1e-3)
