"""A loss without negatives: a contrast among the batch's positives, as SLMRec's, and BM3's.

The latter pulls users towards their items with dropout, which are detached, and learn nothing.
"""

from scipy import sparse
from torch import Tensor
from torch.nn import functional

from contracts.awkward.no_negatives.config import Config as NoNegativesConfig
from siger_pipeline.losses.contrastive import info_nce
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.batches import Batches, PairBatches
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import xavier_table
from siger_pipeline.models.randomness import Ids, Randomness, all_items, all_users, some
from siger_pipeline.models.recommender import DotProduct, Trained


class NoNegatives(DotProduct, Trained):
    """Two tables."""

    Config = NoNegativesConfig
    config: NoNegativesConfig

    def __init__(
        self, config: NoNegativesConfig, inputs: ModelInputs, randomness: Randomness
    ) -> None:
        super().__init__()
        self.config = config
        self.users = xavier_table(all_users(inputs.n_users), config.dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), config.dimension, randomness)

    def batches(self, interactions: sparse.csr_matrix, batch_size: int) -> Batches:
        return PairBatches(interactions, batch_size, negatives=0)

    def embed(self) -> tuple[Tensor, Tensor]:
        return self.users, self.items

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        items = self.items[batch.item_rows]
        users, positives, _ = batch.pairs(self.users[batch.user_rows], items)
        mask = randomness.dropout_mask(0.3, some(Ids.ITEM, batch.item_rows), items.shape[1])
        targets = (items.detach() * mask)[batch.positive_positions]
        return {
            "contrast": info_nce(users, positives, self.config.tau),
            "target": 1 - functional.cosine_similarity(users, targets).mean(),
        }
