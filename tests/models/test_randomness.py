"""Draws: their laws, their streams, and their equality with PyTorch's own."""

import pytest
import torch
from scipy import sparse

from siger_pipeline.models.layers import Linear, xavier_table
from siger_pipeline.models.randomness import (
    Ids,
    Randomness,
    all_items,
    all_nodes,
    all_users,
    edges_of,
)

MANY = 40_000


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_state_is_a_place_in_the_stream() -> None:
    randomness = Randomness.seeded(3)
    randomness.uniform(5)
    state = randomness.state()
    first = randomness.normal(4)
    other = Randomness.seeded(9)
    other.restore(state)
    assert torch.equal(other.normal(4), first)


def test_reseeded_begins_at_the_start_and_leaves_the_first_alone() -> None:
    randomness = Randomness.seeded(3)
    state = randomness.state()
    other = randomness.reseeded(8, "cpu")
    assert torch.equal(other.uniform(4), Randomness.seeded(8).uniform(4))
    assert torch.equal(randomness.state(), state)


@pytest.mark.parametrize("device", ["cpu", "meta", "cuda"])
def test_reseeded_draws_are_the_cpu_s_on_every_device(device: str) -> None:
    """A checkpoint that was trained on a GPU scored with other noise on a CPU."""
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    items = all_items(7)
    there, here = Randomness.seeded(3).reseeded(8, device), Randomness.seeded(8)
    assert there.device.type == device
    for draw in ("uniform", "normal", "gumbel", "permutation", "shuffled"):
        one, other = (getattr(randomness, draw)(items) for randomness in (there, here))
        assert (one.device.type, one.shape, one.dtype) == (device, other.shape, other.dtype)
        if device != "meta":
            assert torch.allclose(one.cpu(), other, rtol=1e-6)


def test_draws_are_pytorch_s_bit_for_bit() -> None:
    items, shape = all_items(7), (7, 3)
    assert torch.equal(
        Randomness.seeded(1).uniform(items, 3), torch.rand(shape, generator=generator(1))
    )
    assert torch.equal(
        Randomness.seeded(1).permutation(items), torch.randperm(7, generator=generator(1))
    )
    assert torch.equal(
        Randomness.seeded(1).shuffled(items), torch.randperm(7, generator=generator(1))
    )
    assert torch.equal(
        Randomness.seeded(1).integers(items, 9), torch.randint(7, (9,), generator=generator(1))
    )
    table = torch.nn.init.xavier_uniform_(torch.empty(shape), generator=generator(1))
    assert torch.equal(xavier_table(items, 3, Randomness.seeded(1)), table)


def test_a_linear_map_is_pytorch_s() -> None:
    ours, x = Linear(5, 3, Randomness.seeded(1)), torch.ones(2, 5)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        theirs = torch.nn.Linear(5, 3)
    assert ours.weight.abs().max() <= 5**-0.5
    assert ours.weight.shape == theirs.weight.shape
    with torch.no_grad():
        theirs.weight.copy_(ours.weight), theirs.bias.copy_(ours.bias)
    torch.testing.assert_close(ours(x), theirs(x))


def test_laws() -> None:
    randomness = Randomness.seeded(0)
    gumbel = randomness.gumbel(MANY)
    assert gumbel.mean().item() == pytest.approx(0.5772, abs=0.03)
    assert gumbel.var().item() == pytest.approx(torch.pi**2 / 6, rel=0.05)
    assert torch.isfinite(gumbel).all()
    assert randomness.bernoulli(0.3, MANY).float().mean().item() == pytest.approx(0.3, abs=0.01)
    mask = randomness.dropout_mask(0.25, MANY)
    assert sorted(mask.unique().tolist()) == pytest.approx([0, 4 / 3])
    assert mask.mean().item() == pytest.approx(1.0, abs=0.02)
    normal = randomness.normal(MANY, deviation=2.0)
    assert normal.std().item() == pytest.approx(2.0, rel=0.02)


def test_a_rate_of_zero_drops_nothing() -> None:
    assert torch.equal(Randomness.seeded(0).dropout_mask(0.0, 100), torch.ones(100))


def test_a_choice_is_without_replacement_and_by_weight() -> None:
    weights, counts = torch.tensor([1.0, 2.0, 0.0, 5.0]), torch.zeros(4)
    randomness, rounds = Randomness.seeded(0), 4000
    for _ in range(rounds):
        chosen = randomness.choice(all_items(4), 2, weights)
        assert chosen[0] < chosen[1]
        counts[chosen] += 1
    # P(1 is among the two) = 2/8 + 1/8 · 2/7 + 5/8 · 2/3, and likewise.
    expected = [1 / 8 + 2 / 8 * 1 / 6 + 5 / 8 * 1 / 3, 2 / 8 + 1 / 8 * 2 / 7 + 5 / 8 * 2 / 3]
    assert (counts[:2] / rounds).tolist() == pytest.approx(expected, abs=0.03)
    assert counts[2] == 0


def test_axes_have_the_size_of_what_they_stand_for() -> None:
    drawn = Randomness.seeded(0).uniform(all_users(4), all_nodes(4, 5), 2)
    assert drawn.shape == (4, 9, 2)
    assert Randomness.seeded(0).ids(all_users(4)).tolist() == [0, 1, 2, 3]


def test_the_edges_of_a_matrix_are_its_entries_row_by_row() -> None:
    axis = edges_of(sparse.csr_matrix([[0, 2.0, 0], [1.0, 0, 3.0]]), (Ids.USER, Ids.ITEM))
    assert (axis.size, axis.of) == (3, (Ids.USER, Ids.ITEM))
    assert axis.ids is not None
    assert [ids.tolist() for ids in axis.ids] == [[0, 1, 1], [1, 0, 2]]
