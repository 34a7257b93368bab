"""Our Adam is PyTorch's, bit for bit."""

import subprocess
import sys

import pytest
import torch

from siger_pipeline.ops.adam import Adam, Group


def parameters() -> list[torch.nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    shapes = ((40, 8), (8,), (3, 3))
    return [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]


def adam(parameters: list[torch.nn.Parameter]) -> Adam:
    return Adam([Group(parameters, 0.01)])


def give_gradients(parameters: list[torch.nn.Parameter], step: int) -> None:
    generator = torch.Generator().manual_seed(step)
    for n, parameter in enumerate(parameters):
        # The last one has none at first.
        if n < 2 or step > 1:
            parameter.grad = torch.randn(parameter.shape, generator=generator)


def test_it_is_pytorch_s() -> None:
    ours, theirs = parameters(), parameters()
    one, other = adam(ours), torch.optim.Adam(theirs, lr=0.01, fused=True)
    for step in range(6):
        for optimiser, updated in ((one, ours), (other, theirs)):
            optimiser.zero_grad()
            give_gradients(updated, step)
            optimiser.step()
        for mine, reference in zip(ours, theirs, strict=True):
            assert torch.equal(mine, reference), step


def test_groups_and_a_schedule_are_pytorch_s() -> None:
    ours, theirs = parameters(), parameters()
    one = Adam([Group(ours[:1], 0.02, 0.1), Group(ours[1:], 0.01)])
    groups = [
        {"params": theirs[:1], "lr": 0.02, "weight_decay": 0.1},
        {"params": theirs[1:], "lr": 0.01},
    ]
    other = torch.optim.Adam(groups, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(other, lambda epoch: 0.96 ** (epoch / 50))
    for epoch in range(4):
        one.factor = 0.96 ** (epoch / 50)
        for step in (2 * epoch, 2 * epoch + 1):
            for optimiser, updated in ((one, ours), (other, theirs)):
                optimiser.zero_grad()
                give_gradients(updated, step)
                optimiser.step()
        schedule.step()
        for mine, reference in zip(ours, theirs, strict=True):
            assert torch.equal(mine, reference), epoch


def test_idle_parameters_are_skipped_or_moved_on_by_momentum() -> None:
    ours, theirs = parameters(), parameters()
    one = Adam([Group(ours[:1], 0.01, idle="zero"), Group(ours[1:], 0.01)])
    other = torch.optim.Adam(theirs, lr=0.01, fused=True)
    for step in range(3):
        one.zero_grad()
        other.zero_grad()
        for updated in (ours, theirs):
            give_gradients(updated, 2)
        if step > 0:  # only the group that skips leaves its parameters alone
            ours[0].grad, ours[1].grad = None, None
            theirs[0].grad, theirs[1].grad = torch.zeros_like(theirs[0]), None
        before = ours[0].detach().clone()
        one.step()
        other.step()
        assert not torch.equal(before, ours[0])
        for mine, reference in zip(ours, theirs, strict=True):
            assert torch.equal(mine, reference), step


def test_a_step_without_any_gradient_changes_nothing() -> None:
    updated = parameters()
    adam(updated).step()
    assert all(torch.equal(*pair) for pair in zip(updated, parameters(), strict=True))


@pytest.mark.parametrize("shape", [(), (5,), (0, 4), (3, 1)])
def test_an_idle_parameter_of_any_shape_is_moved_on(shape: tuple[int, ...]) -> None:
    ours, theirs = (torch.nn.Parameter(torch.ones(shape)) for _ in range(2))
    one, other = Adam([Group([ours], 0.01, idle="zero")]), torch.optim.Adam([theirs], lr=0.01)
    for idle in (False, True):
        gradient = torch.zeros(shape) if idle else torch.ones(shape)
        ours.grad, theirs.grad = None if idle else gradient, gradient
        one.step()
        other.step()
    torch.testing.assert_close(ours, theirs)


def test_its_state_goes_on_where_it_was() -> None:
    unbroken, broken = parameters(), parameters()
    whole, first = adam(unbroken), adam(broken)
    for step in range(4):
        if step == 2:
            state = first.state_dict()
            first = adam(broken)
            first.load_state_dict(state)
        for optimiser, updated in ((whole, unbroken), (first, broken)):
            optimiser.zero_grad()
            give_gradients(updated, step)
            optimiser.step()
    for mine, reference in zip(unbroken, broken, strict=True):
        assert torch.equal(mine, reference)


def test_a_state_of_other_parameters_is_refused() -> None:
    state = adam(parameters()).state_dict()
    with pytest.raises(ValueError, match="shape"):
        adam(parameters()[::-1]).load_state_dict(state)
    with pytest.raises(ValueError, match="zip"):
        adam(parameters()[:2]).load_state_dict(state)


def test_a_step_leaves_the_compiler_out() -> None:
    script = """
import sys, torch
from siger_pipeline.ops.adam import Adam, Group
parameter = torch.nn.Parameter(torch.ones(3))
optimiser = Adam([Group([parameter], 0.1, 0.1, "zero")])
optimiser.zero_grad()
parameter.sum().backward()
optimiser.step()
assert parameter[0] < 1
assert "torch._dynamo" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
