"""A step on a GPU never asks the device for a value, which would make the host wait.

Tensors of the device `meta`, which have no values, stand for those of a GPU: they refuse what
depends on a value, such as `item`, `nonzero`, `unique` and masks as indices.
"""

from collections.abc import Callable
from dataclasses import fields

import pytest
import torch

from contracts.world import OURS, TRAINED, small_world, some_batch, trained_model
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.randomness import Axis, Randomness
from siger_pipeline.models.recommender import Trained
from siger_pipeline.ops import propagation, support
from siger_pipeline.training.epoch_losses import EpochLosses

DEVICE = torch.device("meta")


class WithoutValues(Randomness):
    """Draws on the device `meta`, for which there is no generator."""

    @property
    def device(self) -> torch.device:
        return DEVICE

    def _draw(
        self,
        shape: tuple[Axis | int, ...],
        fill: Callable[[torch.Tensor], torch.Tensor],
        dtype: torch.dtype = torch.float32,
    ) -> torch.Tensor:
        return super()._draw(shape, lambda x: x, dtype)

    def permutation(self, axis: Axis) -> torch.Tensor:
        return torch.empty(axis.size, dtype=torch.int64, device=DEVICE)

    shuffled = permutation


def without_values(tensor: torch.Tensor) -> torch.Tensor:
    return torch.empty(
        tensor.shape, dtype=tensor.dtype, device=DEVICE, requires_grad=tensor.requires_grad
    )


def move(model: Trained) -> None:
    for module in model.modules():
        for tensors in (module._parameters, module._buffers):
            for name, tensor in tensors.items():
                if tensor is not None:
                    tensors[name] = without_values(tensor)  # type: ignore[assignment]


def gathered(indptr, indices, values, rows, x):  # type: ignore[no-untyped-def]
    return propagation.gather_and_sum(indptr, indices, values, x)


def take_a_step(model: Trained, monkeypatch: pytest.MonkeyPatch) -> float:
    for module in (propagation, support):  # `meta` has no sparse tensors
        monkeypatch.setattr(module, "csr_product", gathered)
    batch, losses = some_batch(small_world()), EpochLosses(1, 2, 0.001)
    move(model)
    *tensors, full_size = (getattr(batch, field.name) for field in fields(Batch))
    moved = Batch(*map(without_values, tensors), full_size)
    loss = losses.add(model.loss(moved, WithoutValues.seeded(0)))
    loss.backward()
    assert loss.device == DEVICE
    return sum(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize("name", [name for name in TRAINED if name in OURS])
def test_a_step_of_every_model(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = trained_model(name, small_world())
    assert take_a_step(model, monkeypatch) == len(list(model.parameters()))


@pytest.mark.parametrize(
    "changes",
    [{"contrast": "all"}, {"alignment": "standard"}, {"contrast_precision": "bfloat16"}],
)
def test_a_step_of_siger_s_options(
    changes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    take_a_step(trained_model("siger", small_world(), **changes), monkeypatch)


def test_what_waits_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    model = trained_model("lightgcn", small_world())
    loss = model.loss

    def waiting(batch: Batch, randomness: Randomness) -> dict[str, torch.Tensor]:
        torch.unique(batch.users)
        return loss(batch, randomness)

    monkeypatch.setattr(model, "loss", waiting)
    with pytest.raises(NotImplementedError, match="unique"):
        take_a_step(model, monkeypatch)
