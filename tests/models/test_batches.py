"""Batches and negatives."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from siger_pipeline.errors import InputError
from siger_pipeline.models.batches import PairBatches
from siger_pipeline.models.randomness import Randomness


def matrix(seed: int = 0, users: int = 20, items: int = 15) -> sparse.csr_matrix:
    return sparse.csr_matrix(
        (np.random.default_rng(seed).random((users, items)) < 0.3).astype(np.float32)
    )


@given(st.integers(1, 200), st.integers(0, 2**16))
def test_an_epoch_is_every_pair_once_with_a_true_negative(batch_size: int, seed: int) -> None:
    interactions = matrix()
    sampler = PairBatches(interactions, batch_size)
    batches = list(sampler.epoch(Randomness.seeded(seed)))
    assert len(batches) == len(sampler)
    assert {len(batch.users) for batch in batches[:-1]} <= {batch_size}
    pairs = [(int(u), int(i)) for b in batches for u, i in zip(b.users, b.positives, strict=True)]
    assert sorted(pairs) == sorted(
        zip(*map(np.ndarray.tolist, interactions.nonzero()), strict=True)
    )
    dense = interactions.toarray()
    for batch in batches:
        assert not dense[batch.users.numpy(), batch.negatives.numpy()].any()


def test_negatives_are_uniform_over_what_a_user_has_not() -> None:
    interactions = sparse.csr_matrix(np.array([[1, 0, 1, 0, 0]], dtype=np.float32))
    sampler = PairBatches(interactions, 4)
    drawn = sampler.negatives(torch.zeros(30_000, dtype=torch.int64), Randomness.seeded(1))
    counts = torch.bincount(drawn, minlength=5)
    assert counts[[0, 2]].tolist() == [0, 0]
    expected = 10_000
    assert (counts[[1, 3, 4]] - expected).abs().max() < 5 * expected**0.5


def test_the_generator_fixes_the_epoch() -> None:
    sampler = PairBatches(matrix(), 7)
    one, same, other = (
        torch.cat([b.users * 100 + b.negatives for b in sampler.epoch(Randomness.seeded(s))])
        for s in (3, 3, 4)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_nothing_to_learn_from() -> None:
    with pytest.raises(InputError, match="no training interaction"):
        PairBatches(sparse.csr_matrix((3, 4), dtype=np.float32), 2)


def test_a_user_with_every_item_is_in_no_batch() -> None:
    full = np.array([[1, 0, 1], [1, 1, 1], [0, 1, 0], [1, 1, 1]], dtype=np.float32)
    sampler = PairBatches(sparse.csr_matrix(full), 2)
    assert sampler.left_out.tolist() == [1, 3]
    batches = list(sampler.epoch(Randomness.seeded(0)))
    assert len(batches) == len(sampler) == 2
    pairs = [(int(u), int(i)) for b in batches for u, i in zip(b.users, b.positives, strict=True)]
    assert sorted(pairs) == [(0, 0), (0, 2), (2, 1)]


def test_a_user_who_lacks_one_item_gets_it_as_each_negative() -> None:
    sampler = PairBatches(sparse.csr_matrix(np.array([[1, 1, 0, 1]], dtype=np.float32)), 8)
    (batch,) = sampler.epoch(Randomness.seeded(0))
    assert batch.negatives.tolist() == [2, 2, 2]


def test_only_users_with_every_item() -> None:
    full = np.array([[1, 1], [0, 0], [1, 1]], dtype=np.float32)
    with pytest.raises(InputError, match=r"every user .* has all 2 items"):
        PairBatches(sparse.csr_matrix(full), 2)
