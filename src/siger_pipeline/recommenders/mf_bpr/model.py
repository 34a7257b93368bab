"""Matrix factorisation with BPR: Rendle, Freudenthaler, Gantner, Schmidt-Thieme. UAI 2009.

A floor: LightGCN without its layers. The regulariser is MMRec's by default, of unsquared norms; the
paper's squares are an option. Its tables are Xavier uniform like those of the other models (MMRec's
are Xavier normal, of the same variance).
"""

from torch import Tensor

from siger_pipeline.losses.ranking import bpr_of_rows
from siger_pipeline.losses.regularisation import REGULARISERS
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import xavier_table
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.tables import rows_of
from siger_pipeline.recommenders.mf_bpr.config import Config as MFBPRConfig


class MFBPR(DotProduct, Trained):
    """ID embeddings; BPR."""

    Config = MFBPRConfig
    config: MFBPRConfig

    def __init__(self, config: MFBPRConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        self.users = xavier_table(all_users(inputs.n_users), config.dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), config.dimension, randomness)

    def embed(self) -> tuple[Tensor, Tensor]:
        """E_U and E_I."""
        return self.users, self.items

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """`bpr` and `regularisation`."""
        rows = batch.pairs(
            rows_of(self.users, batch.user_rows), rows_of(self.items, batch.item_rows)
        )
        penalty = REGULARISERS[self.config.regulariser](*rows, batch_size=len(batch.users))
        return {
            "bpr": bpr_of_rows(*rows),
            "regularisation": self.config.regularisation * penalty,
        }
