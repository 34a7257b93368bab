"""The one protocol of all models.

Shape suffixes: U users, I items, n users asked for, B pairs of a batch, d dimensions.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.models.inputs import ModelInputs


@dataclass(frozen=True)
class Batch:
    """Training pairs with one negative each, and which rows they touch; tensors of int64.

    Attributes:
        users: [B].
        positives: [B].
        negatives: [B].
        user_rows: the distinct users, ascending, [n].
        item_rows: the distinct positives and negatives, ascending, [m].
        positive_rows: the distinct positives, ascending, [p].
        user_places: where in ``user_rows`` each pair's user is, [B].
        positive_places: where in ``item_rows`` each positive is, [B].
        negative_places: where in ``item_rows`` each negative is, [B].
        positive_row_places: where in ``item_rows`` each of ``positive_rows`` is, [p].
    """

    users: Tensor
    positives: Tensor
    negatives: Tensor
    user_rows: Tensor
    item_rows: Tensor
    positive_rows: Tensor
    user_places: Tensor
    positive_places: Tensor
    negative_places: Tensor
    positive_row_places: Tensor

    @classmethod
    def of(cls, users: Tensor, positives: Tensor, negatives: Tensor) -> Self:
        """The batch of these pairs, [B] each."""
        user_rows, user_places = torch.unique(users, return_inverse=True)
        items = torch.cat([positives, negatives])
        item_rows, item_places = torch.unique(items, return_inverse=True)
        positive_places, negative_places = item_places.split(len(users))
        positive_row_places = torch.unique(positive_places)
        return cls(
            users,
            positives,
            negatives,
            user_rows,
            item_rows,
            item_rows[positive_row_places],
            user_places,
            positive_places,
            negative_places,
            positive_row_places,
        )

    def pairs(self, users_nd: Tensor, items_md: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Rows [B, d] of each pair's user, positive and negative.

        Args:
            users_nd: rows of ``user_rows``.
            items_md: rows of ``item_rows``.
        """
        return (
            users_nd.index_select(0, self.user_places),
            items_md.index_select(0, self.positive_places),
            items_md.index_select(0, self.negative_places),
        )

    def to(self, device: torch.device) -> Self:
        """The same batch on a device; the copy does not wait for what that is doing."""
        if device == self.users.device:
            return self
        moved = (getattr(self, held.name).pin_memory() for held in fields(self))
        return type(self)(*(tensor.to(device, non_blocking=True) for tensor in moved))


Scorer = Callable[[Tensor], Tensor]


class Recommender(nn.Module):
    """What evaluation asks of any model: scores of all items for some users."""

    Config: ClassVar[type[ModelConfig]]

    def score(self, users: Tensor) -> Tensor:
        """Scores ŷ of all items, higher is better.

        Args:
            users: user indices, int64 [n].

        Returns:
            float32 [n, I].
        """
        raise NotImplementedError

    def scorer(self) -> Scorer:
        """``score`` for many calls in a row: what does not depend on the users is done once."""
        return self.score


class ClosedFormRecommender(Recommender):
    """A model that is computed from the interactions at once, in place of epochs."""

    def fit(self, inputs: ModelInputs, generator: torch.Generator) -> None:
        """Compute the model's buffers."""
        raise NotImplementedError


class EmbeddingRecommender(Recommender):
    """A model that is trained by epochs and ranks by a dot product: ŷ_ui = E_u · E_i."""

    def embed(self) -> tuple[Tensor, Tensor]:
        """Final embeddings of users [U, d] and items [I, d]; d is the model's own."""
        raise NotImplementedError

    def loss(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        """Named scalar terms, already weighted: the trainer minimises their sum."""
        raise NotImplementedError

    def start_epoch(self, generator: torch.Generator) -> None:
        """What a model renews before an epoch; nothing by default."""

    def scorer(self) -> Scorer:
        """The product of the embeddings as they are now."""
        with torch.no_grad():
            users_Ud, items_Id = self.embed()
        items_dI = items_Id.T.contiguous()
        return lambda users: users_Ud[users] @ items_dI

    def score(self, users: Tensor) -> Tensor:
        """ŷ_ui = E_u · E_i, SIGER Eq. (18)."""
        return self.scorer()(users)


def config_values(config: ModelConfig) -> dict[str, Any]:
    """The configuration as plain values, for a checkpoint."""
    return config.model_dump(mode="json")
