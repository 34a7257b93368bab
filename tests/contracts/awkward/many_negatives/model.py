"""Many negatives, validation each second epoch, and a schedule, as MIG-GT's: published settings."""

import torch
from scipy import sparse
from torch import Tensor

from contracts.awkward.many_negatives.config import Config as ManyNegativesConfig
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.batches import Batches, PairBatches
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import xavier_table
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import DotProduct, Trained


class ManyNegatives(DotProduct, Trained):
    """Two tables; a softmax of the positive among its negatives."""

    Config = ManyNegativesConfig
    config: ManyNegativesConfig

    def __init__(
        self, config: ManyNegativesConfig, inputs: ModelInputs, randomness: Randomness
    ) -> None:
        super().__init__()
        self.config = config
        self.users = xavier_table(all_users(inputs.n_users), config.dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), config.dimension, randomness)

    def batches(self, interactions: sparse.csr_matrix, batch_size: int) -> Batches:
        number = self.config.negatives
        return PairBatches(interactions, batch_size, negatives=number, among="any")

    def embed(self) -> tuple[Tensor, Tensor]:
        return self.users, self.items

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        u, positives, negatives = batch.pairs(
            self.users[batch.user_rows], self.items[batch.item_rows]
        )
        items = torch.cat([positives.unsqueeze(1), negatives], dim=1)
        scores = torch.linalg.vecdot(u.unsqueeze(1), items)
        return {"softmax": -scores.log_softmax(1)[:, 0].mean()}
