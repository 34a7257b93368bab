"""One batch of training pairs.

Shape suffixes: B pairs, n distinct users, m distinct items, d dimensions.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """Training pairs with their negatives, and the distinct rows they use; tensors are int64.

    Negatives are [B] if each pair has one, else [B, number]; [B, 0] if a model uses none.

    Attributes:
        users: [B].
        positives: [B].
        negatives: [B] or [B, number].
        user_rows: the distinct users, ascending, [n].
        item_rows: the distinct positives and negatives, ascending, [m].
        positive_rows: the distinct positives, ascending, [p].
        user_positions: index in ``user_rows`` of each pair's user, [B].
        positive_positions: index in ``item_rows`` of each positive, [B].
        negative_positions: index in ``item_rows`` of each negative, as ``negatives``.
        positive_row_positions: index in ``item_rows`` of each of ``positive_rows``, [p].
        full_size: pairs of a batch that is not an epoch's short last one, B₀.
    """

    users: Tensor
    positives: Tensor
    negatives: Tensor
    user_rows: Tensor
    item_rows: Tensor
    positive_rows: Tensor
    user_positions: Tensor
    positive_positions: Tensor
    negative_positions: Tensor
    positive_row_positions: Tensor
    full_size: int

    @classmethod
    def of(
        cls, users: Tensor, positives: Tensor, negatives: Tensor, full_size: int | None = None
    ) -> Self:
        """The batch of these pairs; without ``full_size`` it is a full one."""
        user_rows, user_positions = torch.unique(users, return_inverse=True)
        used = torch.cat([positives, negatives.flatten()])
        item_rows, positions = torch.unique(used, return_inverse=True)
        of_positives, of_negatives = positions.split([positives.numel(), negatives.numel()])
        positive_row_positions = torch.unique(of_positives)
        return cls(
            users,
            positives,
            negatives,
            user_rows,
            item_rows,
            item_rows[positive_row_positions],
            user_positions,
            of_positives,
            of_negatives.view(negatives.shape),
            positive_row_positions,
            full_size or len(users),
        )

    def pairs(self, users_nd: Tensor, items_md: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Rows of each pair's user [B, d], positive [B, d] and negatives [B, d] or [B, number, d].

        Args:
            users_nd: rows of ``user_rows``.
            items_md: rows of ``item_rows``.
        """
        negatives = items_md.index_select(0, self.negative_positions.flatten())
        return (
            users_nd.index_select(0, self.user_positions),
            items_md.index_select(0, self.positive_positions),
            negatives.view(*self.negative_positions.shape, items_md.shape[1]),
        )

    def to(self, device: torch.device) -> Self:
        """The same batch on a device, copied without waiting for the device's work."""
        if device == self.users.device:
            return self
        moved: dict[str, Any] = {
            name: tensor.pin_memory().to(device, non_blocking=True)
            for name, tensor in vars(self).items()
            if isinstance(tensor, Tensor)
        }
        return replace(self, **moved)
