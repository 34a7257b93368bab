"""Batches and negatives."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from siger_pipeline.errors import InputError
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.batches import Among, PairBatches
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


def test_pairs_without_negatives() -> None:
    full = np.array([[1, 1, 1], [1, 0, 0]], dtype=np.float32)
    batches = PairBatches(sparse.csr_matrix(full), 8, negatives=0)
    (batch,) = batches.epoch(Randomness.seeded(0))
    assert len(batch.users) == 4  # the user who has every item too
    assert batch.negatives.shape == (4, 0)
    assert batch.item_rows.tolist() == batch.positive_rows.tolist() == [0, 1, 2]
    _, positives, negatives = batch.pairs(torch.zeros(2, 5), torch.zeros(3, 5))
    assert positives.shape == (4, 5)
    assert negatives.shape == (4, 0, 5)
    assert not batches.remark


@pytest.mark.parametrize("among", ["unseen", "unseen_trained", "any"])
def test_many_negatives_are_uniform_over_the_items_they_are_drawn_from(among: Among) -> None:
    interactions = sparse.csr_matrix(
        np.array([[1, 0, 1, 0, 0, 0], [0, 1, 0, 0, 1, 0]], dtype=np.float32)
    )
    batches = PairBatches(interactions, 4, negatives=3, among=among)
    users = torch.zeros(10_000, dtype=torch.int64)
    drawn = batches.negatives(users, Randomness.seeded(1))
    assert drawn.shape == (10_000, 3)
    pool = {"unseen": [1, 3, 4, 5], "unseen_trained": [1, 4], "any": [0, 1, 2, 3, 4, 5]}[among]
    counts = torch.bincount(drawn.flatten(), minlength=6)
    assert counts.nonzero().flatten().tolist() == pool
    expected = 30_000 / len(pool)
    assert (counts[pool] - expected).abs().max() < 5 * expected**0.5


def test_rows_of_many_negatives_are_theirs() -> None:
    users, positives = torch.tensor([4, 2]), torch.tensor([7, 1])
    negatives = torch.tensor([[1, 3, 3], [9, 7, 0]])
    batch = Batch.of(users, positives, negatives)
    of_users, of_items = (torch.arange(10.0).unsqueeze(1).expand(10, 2) for _ in range(2))
    u, p, n = batch.pairs(of_users[batch.user_rows], of_items[batch.item_rows])
    assert u[:, 0].tolist() == users.tolist()
    assert p[:, 0].tolist() == positives.tolist()
    assert n[:, :, 1].tolist() == negatives.tolist()
    assert batch.item_rows[batch.positive_row_positions].tolist() == batch.positive_rows.tolist()


def test_a_user_with_every_trained_item_has_no_trained_negative() -> None:
    matrix = np.array([[1, 1, 0, 0], [0, 1, 0, 0]], dtype=np.float32)
    batches = PairBatches(sparse.csr_matrix(matrix), 8, among="unseen_trained")
    assert batches.left_out.tolist() == [0]
    assert "Users with all 2 items: 1 (user_id 0)" in batches.remark
    assert not PairBatches(sparse.csr_matrix(matrix), 8, among="any").remark
