"""Our Adam is PyTorch's, bit for bit."""

import subprocess
import sys

import pytest
import torch

from siger_pipeline.ops.adam import Adam


def parameters() -> list[torch.nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    shapes = ((40, 8), (8,), (3, 3))
    return [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]


def give_gradients(held: list[torch.nn.Parameter], step: int) -> None:
    generator = torch.Generator().manual_seed(step)
    for place, parameter in enumerate(held):
        # The last one has none at first.
        if place < 2 or step > 1:
            parameter.grad = torch.randn(parameter.shape, generator=generator)


def test_it_is_pytorch_s() -> None:
    ours, theirs = parameters(), parameters()
    one, other = Adam(ours, 0.01), torch.optim.Adam(theirs, lr=0.01, fused=True)
    for step in range(6):
        for optimiser, held in ((one, ours), (other, theirs)):
            optimiser.zero_grad()
            give_gradients(held, step)
            optimiser.step()
        for mine, reference in zip(ours, theirs, strict=True):
            assert torch.equal(mine, reference), step


def test_its_state_goes_on_where_it_was() -> None:
    unbroken, broken = parameters(), parameters()
    whole, first = Adam(unbroken, 0.01), Adam(broken, 0.01)
    for step in range(4):
        if step == 2:
            state = first.state_dict()
            first = Adam(broken, 0.01)
            first.load_state_dict(state)
        for optimiser, held in ((whole, unbroken), (first, broken)):
            optimiser.zero_grad()
            give_gradients(held, step)
            optimiser.step()
    for mine, reference in zip(unbroken, broken, strict=True):
        assert torch.equal(mine, reference)


def test_a_state_of_other_parameters_is_refused() -> None:
    state = Adam(parameters(), 0.01).state_dict()
    with pytest.raises(ValueError, match="shape"):
        Adam(parameters()[::-1], 0.01).load_state_dict(state)
    with pytest.raises(ValueError, match="zip"):
        Adam(parameters()[:2], 0.01).load_state_dict(state)


def test_a_step_leaves_the_compiler_out() -> None:
    script = """
import sys, torch
from siger_pipeline.ops.adam import Adam
held = torch.nn.Parameter(torch.ones(3))
optimiser = Adam([held], 0.1)
optimiser.zero_grad()
held.sum().backward()
optimiser.step()
assert held[0] < 1
assert "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
