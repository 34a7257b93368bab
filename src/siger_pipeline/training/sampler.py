"""Batches of training pairs, each with one uniform negative.

Shape suffixes: P training pairs, B pairs of a batch.
"""

import math
from collections.abc import Iterator

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from siger_pipeline.errors import InputError
from siger_pipeline.models.base import Batch


class PairSampler:
    """All training pairs in a new order each epoch, SIGER §6.

    Each pair gets a negative drawn uniformly among the items that its user has not in training.

    Attributes:
        left_out: users who have every item, so that no negative exists: their pairs are no batch's.
    """

    def __init__(self, interactions: sparse.csr_matrix, batch_size: int) -> None:
        """Take the training interactions R, CSR [U, I].

        Raises:
            InputError: no pair at all, or none of a user who lacks an item.
        """
        degrees = np.diff(interactions.indptr)
        has_all = degrees >= max(1, interactions.shape[1])
        self.left_out = np.flatnonzero(has_all)
        if interactions.nnz == 0:
            raise InputError("there is no training interaction to learn from")
        if interactions.nnz == degrees[has_all].sum():
            raise InputError(
                f"every user with training interactions has all {interactions.shape[1]} items, so "
                "there is nothing to tell apart: training needs users who lack some"
            )
        kept = np.repeat(~has_all, degrees)
        self.n_items = interactions.shape[1]
        self.batch_size = batch_size
        self.users_P = torch.from_numpy(np.repeat(np.arange(len(degrees)), degrees)[kept])
        self.items_P = torch.from_numpy(interactions.indices[kept].astype(np.int64))
        # Sorted, since rows and the columns in them are.
        self.pair_keys_P = self.users_P * self.n_items + self.items_P

    def __len__(self) -> int:
        """Batches an epoch; the short last one counts."""
        return math.ceil(len(self.users_P) / self.batch_size)

    def epoch(self, generator: torch.Generator) -> Iterator[Batch]:
        """The batches of one epoch."""
        order_P = torch.randperm(len(self.users_P), generator=generator)
        users_P, positives_P = self.users_P[order_P], self.items_P[order_P]
        negatives_P = self.negatives(users_P, generator)
        for start in range(0, len(order_P), self.batch_size):
            part = slice(start, start + self.batch_size)
            yield Batch.of(users_P[part], positives_P[part], negatives_P[part])

    def negatives(self, users_P: Tensor, generator: torch.Generator) -> Tensor:
        """One item for each user, uniform over the items that the user has not in training."""
        drawn_P = torch.randint(self.n_items, (len(users_P),), generator=generator)
        wrong = torch.nonzero(self._is_pair(users_P, drawn_P)).squeeze(1)
        while len(wrong) > 0:
            drawn_P[wrong] = torch.randint(self.n_items, (len(wrong),), generator=generator)
            wrong = wrong[self._is_pair(users_P[wrong], drawn_P[wrong])]
        return drawn_P

    def _is_pair(self, users: Tensor, items: Tensor) -> Tensor:
        keys = users * self.n_items + items
        place = torch.searchsorted(self.pair_keys_P, keys).clamp_max(len(self.pair_keys_P) - 1)
        return self.pair_keys_P[place] == keys
