"""What a recommender is: how it scores, and how it comes by its weights.

Two independent properties. How it scores: any way (`Recommender`), or by a dot product
(`DotProduct`). How it is computed: by epochs of training (`Trained`), or at once (`ClosedForm`).
A model is one of the latter, and may be a `DotProduct` besides.

Shape suffixes: U users, I items, n scored users, d dimensions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from scipy import sparse
from torch import Tensor, nn

from siger_pipeline.models.batch import Batch
from siger_pipeline.models.batches import Batches, PairBatches
from siger_pipeline.models.config import ModelConfig
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.ops.adam import Group

Scorer = Callable[[Tensor], Tensor]


class Recommender(nn.Module):
    """What evaluation asks of any model: scores of all items for some users.

    A subclass is built from its configuration, its inputs and the randomness of its initial
    weights (on the CPU): ``__init__(config, inputs, randomness)``. Parameters and persistent
    buffers are its checkpoint. All that it draws, here and later, it draws from the randomness
    that it is given. Scores are a function of the weights: scoring twice gives the same.
    """

    Config: ClassVar[type[ModelConfig]]
    config: ModelConfig

    def score(self, users: Tensor) -> Tensor:
        """Scores ŷ of all items, higher is better.

        Args:
            users: user indices, int64 [n].

        Returns:
            float32 [n, I].
        """
        raise NotImplementedError

    def scorer(self) -> Scorer:
        """The function `score` for many calls in a row: what no user changes is computed once."""
        return self.score


class DotProduct(Recommender):
    """A model that ranks by a dot product: ŷ_ui = E_u · E_i."""

    def embed(self) -> tuple[Tensor, Tensor]:
        """Final embeddings of users [U, d] and items [I, d]; d is the model's choice."""
        raise NotImplementedError

    def scorer(self) -> Scorer:
        """The product of the present embeddings."""
        with torch.no_grad():
            users_Ud, items_Id = self.embed()
        # A model may return its parameters, which would make the product one of autograd's.
        users_Ud, items_dI = users_Ud.detach(), items_Id.detach().T.contiguous()
        return lambda users: users_Ud[users] @ items_dI

    def score(self, users: Tensor) -> Tensor:
        """ŷ_ui = E_u · E_i, SIGER Eq. (18)."""
        return self.scorer()(users)


class ClosedForm(Recommender):
    """A model that is computed from the interactions at once.

    Attributes:
        remark: a sentence for the log before it is computed, such as on its memory.
    """

    remark: str | None = None

    def fit(self, inputs: ModelInputs, randomness: Randomness) -> None:
        """Compute the model's buffers."""
        raise NotImplementedError


class Trained(Recommender):
    """A model that is trained by epochs of gradient steps."""

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """Named scalar terms, already weighted: training minimises their sum."""
        raise NotImplementedError

    def start_epoch(self, randomness: Randomness) -> None:
        """Renew what lasts an epoch, such as a sampled graph; nothing by default.

        It is called before each epoch, after a resume as well, so what it renews is no part of the
        checkpoint. A model that treats an epoch's first batch in its own way notes here that the
        next call of `loss` is that.
        """

    def batches(self, interactions: sparse.csr_matrix, batch_size: int) -> Batches:
        """The batches of an epoch; by default all pairs, each with one unseen item as negative.

        Args:
            interactions: training interactions R, CSR [U, I].
            batch_size: pairs of a batch.
        """
        return PairBatches(interactions, batch_size)

    def optimiser_groups(self, learning_rate: float, weight_decay: float) -> list[Group]:
        """The parameters with the settings of Adam for each; by default all alike.

        Args:
            learning_rate: of the training, before its schedule, which applies to every group.
            weight_decay: of the training.
        """
        return [Group(list(self.parameters()), learning_rate, weight_decay)]


def config_values(config: ModelConfig) -> dict[str, Any]:
    """The configuration as JSON values, for a checkpoint."""
    return config.model_dump(mode="json")
