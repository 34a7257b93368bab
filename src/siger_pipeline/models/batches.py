"""The batches of an epoch: all training pairs in random order, with or without negatives.

Shape suffixes: P training pairs, N negatives of all pairs.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Literal

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from siger_pipeline.errors import InputError
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.randomness import Ids, Randomness, all_items, edges

Among = Literal["unseen", "unseen_trained", "any"]
NAMED = 5  # users, in a sentence


class Batches(ABC):
    """What training asks of any way to make batches.

    Attributes:
        remark: a sentence on training pairs that no batch holds; empty if there are none.
    """

    remark: str = ""

    @abstractmethod
    def __len__(self) -> int:
        """Batches an epoch."""

    @abstractmethod
    def epoch(self, randomness: Randomness) -> Iterator[Batch]:
        """The batches of one epoch."""


class PairBatches(Batches):
    """All training pairs in a new order each epoch, SIGER §6, each with its negatives.

    Attributes:
        left_out: users for whom no negative exists, so that their pairs are in no batch.
    """

    def __init__(
        self,
        interactions: sparse.csr_matrix,
        batch_size: int,
        *,
        negatives: int = 1,
        among: Among = "unseen",
    ) -> None:
        """Prepare the pairs.

        Args:
            interactions: training interactions R, CSR [U, I] with sorted indices.
            batch_size: pairs of a batch; the last one may have fewer.
            negatives: of each pair, drawn independently; 0 for a loss without negatives.
            among: which items they are drawn from, uniformly: those that the user has not in
                training (`unseen`); of these, the ones that occur in training
                (`unseen_trained`); or all items (`any`).

        Raises:
            InputError: no pair, or none of a user for whom a negative exists.
        """
        self.n_items = interactions.shape[1]
        self.batch_size, self.per_pair, self.among = batch_size, negatives, among
        degrees = np.diff(interactions.indptr)
        if interactions.nnz == 0:
            raise InputError("there is no training interaction to learn from")
        self.is_trained = torch.zeros(self.n_items, dtype=torch.bool)
        self.is_trained[torch.from_numpy(interactions.indices.astype(np.int64))] = True
        has_all = degrees >= self._pool_size()
        self.left_out = np.flatnonzero(has_all)
        if interactions.nnz == degrees[has_all].sum():
            raise InputError(
                f"every user with training interactions has all {self._pool_size()} items, so "
                "there is nothing to tell apart: training needs users who lack some"
            )
        self.remark = self._remark()
        used = np.repeat(~has_all, degrees)
        self.users_P = torch.from_numpy(np.repeat(np.arange(len(degrees)), degrees)[used])
        self.items_P = torch.from_numpy(interactions.indices[used].astype(np.int64))
        # Sorted, since rows and the columns in them are.
        self.pair_keys_P = self.users_P * self.n_items + self.items_P
        self.pairs = edges((Ids.USER, Ids.ITEM), self.users_P, self.items_P)

    def __len__(self) -> int:
        """Batches an epoch; the short last one counts."""
        return math.ceil(len(self.users_P) / self.batch_size)

    def epoch(self, randomness: Randomness) -> Iterator[Batch]:
        """The batches of one epoch."""
        order_P = randomness.shuffled(self.pairs)
        users_P, positives_P = self.users_P[order_P], self.items_P[order_P]
        negatives = self.negatives(users_P, randomness)
        for start in range(0, len(order_P), self.batch_size):
            part = slice(start, start + self.batch_size)
            yield Batch.of(users_P[part], positives_P[part], negatives[part], self.batch_size)

    def negatives(self, users_P: Tensor, randomness: Randomness) -> Tensor:
        """Negatives for each user, [P] if a pair has one, else [P, number]."""
        users_N = users_P.repeat_interleave(self.per_pair)
        every_item = all_items(self.n_items)
        drawn_N = randomness.integers(every_item, len(users_N))
        wrong = torch.nonzero(self._is_wrong(users_N, drawn_N)).squeeze(1)
        while len(wrong) > 0:
            drawn_N[wrong] = randomness.integers(every_item, len(wrong))
            wrong = wrong[self._is_wrong(users_N[wrong], drawn_N[wrong])]
        return drawn_N if self.per_pair == 1 else drawn_N.view(len(users_P), self.per_pair)

    def _is_wrong(self, users: Tensor, drawn: Tensor) -> Tensor:
        if self.among == "any":
            return torch.zeros_like(drawn, dtype=torch.bool)
        keys = users * self.n_items + drawn
        nearest = torch.searchsorted(self.pair_keys_P, keys).clamp_max(len(self.pair_keys_P) - 1)
        is_pair = self.pair_keys_P[nearest] == keys
        return is_pair if self.among == "unseen" else is_pair | ~self.is_trained[drawn]

    def _pool_size(self) -> float:
        """Training items at which a user has no negative left."""
        if self.per_pair == 0 or self.among == "any":
            return math.inf
        return max(1, self.n_items if self.among == "unseen" else int(self.is_trained.sum()))

    def _remark(self) -> str:
        if not len(self.left_out):
            return ""
        named = ", ".join(map(str, self.left_out[:NAMED]))
        more = ", …" if len(self.left_out) > NAMED else ""
        return (
            f"Users with all {self._pool_size()} items: {len(self.left_out)} (user_id "
            f"{named}{more}). There is no negative to draw for them, so their training pairs are "
            "in no batch."
        )
