"""Bootstrapped targets: closed forms."""

import pytest
import torch

from siger_pipeline.losses.bootstrap import bootstrap_target, cosine_distance


def test_distances_of_equal_opposite_and_orthogonal_rows() -> None:
    one = torch.tensor([[3.0, 4.0], [0.0, 2.0]])
    assert cosine_distance(one, 5 * one).item() == pytest.approx(0)
    assert cosine_distance(one, -one).item() == pytest.approx(2)
    assert cosine_distance(one, torch.stack([-one[:, 1], one[:, 0]], 1)).item() == pytest.approx(1)


def test_a_zero_row_has_a_cosine_of_zero_and_finite_gradients() -> None:
    predicted = torch.tensor([[1.0, 0.0], [0.0, 0.0]], requires_grad=True)
    distance = cosine_distance(predicted, torch.tensor([[1.0, 0.0], [1.0, 1.0]]))
    assert distance.item() == pytest.approx(0.5)
    distance.backward()
    assert predicted.grad is not None
    assert torch.isfinite(predicted.grad).all()


def test_a_target_is_masked_and_gets_no_gradient() -> None:
    embedding = torch.tensor([[1.0, 2.0]], requires_grad=True)
    target = bootstrap_target(embedding, torch.tensor([[0.0, 2.0]]))
    assert target.tolist() == [[0.0, 4.0]]
    assert not target.requires_grad
