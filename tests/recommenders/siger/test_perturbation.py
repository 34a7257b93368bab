"""The perturbation of SIGER Eq. (12)."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from reference import losses as reference
from siger_pipeline.recommenders.siger.perturbation import perturb


def draw(items: int, dimension: int, seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return (
        torch.randn(items, dimension, generator=generator, dtype=torch.float64),
        torch.rand(items, dimension, generator=generator, dtype=torch.float64),
        torch.randperm(items, generator=generator),
    )


@given(st.integers(1, 9), st.integers(1, 5), st.integers(0, 2**16), st.booleans())
def test_it_is_the_reference(items: int, dimension: int, seed: int, personalised: bool) -> None:
    embedding, noise, permutation = draw(items, dimension, seed)
    found = perturb(embedding, 0.05, noise, permutation, personalised=personalised)
    expected = reference.perturb(
        embedding.numpy(), 0.05, noise.numpy(), permutation.numpy(), personalised
    )
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9)


def test_rows_are_the_rows_of_the_whole() -> None:
    embedding, noise, permutation = draw(9, 4, 0)
    rows = torch.tensor([4, 0, 7])
    whole = perturb(embedding, 0.3, noise, permutation)
    torch.testing.assert_close(perturb(embedding, 0.3, noise, permutation, rows=rows), whole[rows])


def test_epsilon_zero_changes_nothing() -> None:
    embedding, noise, permutation = draw(6, 3, 1)
    torch.testing.assert_close(perturb(embedding, 0.0, noise, permutation), embedding)


def test_the_reach_is_bounded_by_the_modulus() -> None:
    embedding, noise, permutation = draw(20, 4, 2)
    moved = torch.linalg.vector_norm(perturb(embedding, 0.1, noise, permutation) - embedding, dim=1)
    lengths = torch.linalg.vector_norm(embedding, dim=1)
    torch.testing.assert_close(moved, 0.1 * lengths / lengths.max())


def test_the_weights_carry_no_gradient() -> None:
    embedding, noise, _ = draw(5, 3, 3)
    embedding.requires_grad_()
    still = torch.arange(5)
    perturb(embedding, 0.5, noise, still).sum().backward()
    weights = torch.linalg.vector_norm(embedding.detach(), dim=1, keepdim=True)
    weights = weights / weights.max()
    copy = embedding.detach().clone().requires_grad_()
    unit_noise = noise / torch.linalg.vector_norm(noise, dim=1, keepdim=True)
    first = copy + 0.5 * weights * torch.sign(copy) * unit_noise
    (
        copy + 0.5 * weights * first / torch.linalg.vector_norm(first, dim=1, keepdim=True)
    ).sum().backward()
    torch.testing.assert_close(embedding.grad, copy.grad)


def test_zero_embeddings_stay_finite() -> None:
    _, noise, permutation = draw(4, 3, 4)
    assert torch.isfinite(
        perturb(torch.zeros(4, 3, dtype=torch.float64), 0.1, noise, permutation)
    ).all()


def test_wrong_shapes_are_refused() -> None:
    embedding, noise, permutation = draw(4, 3, 5)
    with pytest.raises(ValueError, match="noise"):
        perturb(embedding, 0.1, noise[:3], permutation)
