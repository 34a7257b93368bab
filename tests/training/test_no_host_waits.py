"""A step on a GPU never asks the device for a value, which would make the host wait.

Tensors of the device `meta`, which hold none, stand for those of a GPU: they refuse what depends
on a value, such as `item`, `nonzero`, `unique` and masks as indices.
"""

from dataclasses import fields

import pytest
import torch

from contracts.world import TRAINED, small_world, some_batch, trained_model
from siger_pipeline.models.base import Batch, EmbeddingRecommender
from siger_pipeline.ops import propagation
from siger_pipeline.recommenders.siger.model import SIGER
from siger_pipeline.training.epoch_losses import EpochLosses

DEVICE = torch.device("meta")


def without_values(tensor: torch.Tensor) -> torch.Tensor:
    return torch.empty(
        tensor.shape, dtype=tensor.dtype, device=DEVICE, requires_grad=tensor.requires_grad
    )


def moved(model: EmbeddingRecommender) -> None:
    for module in model.modules():
        for held in (module._parameters, module._buffers):
            for name, tensor in held.items():
                if tensor is not None:
                    held[name] = without_values(tensor)  # type: ignore[assignment]


def gathered(indptr, indices, values, rows, x):  # type: ignore[no-untyped-def]
    return propagation.gather_and_sum(indptr, indices, values, x)


def noise_of(model: SIGER):  # type: ignore[no-untyped-def]
    size = len(model.items)
    return lambda _: (
        torch.rand(model.items.shape, device=DEVICE),
        torch.empty(size, dtype=torch.int64, device=DEVICE),
    )


def take_a_step(model: EmbeddingRecommender, monkeypatch: pytest.MonkeyPatch) -> float:
    # Sparse tensors cannot be made up so, and neither can a device's generator.
    monkeypatch.setattr(propagation, "csr_product", gathered)
    batch, losses = some_batch(small_world()), EpochLosses(1, 2, 0.001)
    moved(model)
    if isinstance(model, SIGER):
        monkeypatch.setattr(model, "noise", noise_of(model))
    held = (without_values(getattr(batch, field.name)) for field in fields(Batch))
    loss = losses.add(model.loss(Batch(*held), torch.Generator()))
    loss.backward()
    assert loss.device == DEVICE
    return sum(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize("name", TRAINED)
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


def test_what_waits_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    model = trained_model("lightgcn", small_world())
    plain = model.loss

    def waiting(batch: Batch, generator: torch.Generator) -> dict[str, torch.Tensor]:
        torch.unique(batch.users)
        return plain(batch, generator)

    monkeypatch.setattr(model, "loss", waiting)
    with pytest.raises(NotImplementedError, match="unique"):
        take_a_step(model, monkeypatch)
