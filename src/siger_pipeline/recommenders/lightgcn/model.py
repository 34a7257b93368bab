"""LightGCN: He, Deng, Wang, Li, Zhang, Wang. SIGIR 2020, arXiv 2002.02126.

Reproduces MMRec's form, which the published tables rest on. Departures from the authors' code,
each an option: unsquared norms of the layer-0 rows over the batch (theirs: half the squares),
Xavier uniform tables (theirs: N(0, 0.1²)).
"""

from torch import Tensor, nn

from siger_pipeline.losses.ranking import bpr_of_rows
from siger_pipeline.losses.regularisation import REGULARISERS
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import normal_table, xavier_table
from siger_pipeline.models.randomness import Axis, Randomness, all_items, all_users
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.propagation import Graph, lightgcn
from siger_pipeline.ops.tables import rows_of
from siger_pipeline.recommenders.lightgcn.config import BIPARTITE
from siger_pipeline.recommenders.lightgcn.config import Config as LightGCNConfig


class LightGCN(DotProduct, Trained):
    """Mean of the propagated ID embeddings; BPR."""

    Config = LightGCNConfig
    config: LightGCNConfig

    def __init__(self, config: LightGCNConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        self.bipartite = Graph(inputs[BIPARTITE])
        self.users = self._table(all_users(inputs.n_users), randomness)
        self.items = self._table(all_items(inputs.n_items), randomness)

    def _table(self, rows: Axis, randomness: Randomness) -> nn.Parameter:
        dimension = self.config.dimension
        if self.config.initialisation == "normal":
            return normal_table(rows, dimension, 0.1, randomness)
        return xavier_table(rows, dimension, randomness)

    def embed(self) -> tuple[Tensor, Tensor]:
        """Mean of the L + 1 layers."""
        return lightgcn(self.bipartite, self.users, self.items, self.config.layers)

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """`bpr` on final rows, `regularisation` on layer-0 rows."""
        rows_u, rows_i = batch.user_rows, batch.item_rows
        users_nd, items_md = lightgcn(
            self.bipartite,
            self.users,
            self.items,
            self.config.layers,
            user_rows=rows_u,
            item_rows=rows_i,
        )
        of_users, positives, negatives = batch.pairs(users_nd, items_md)
        penalty = REGULARISERS[self.config.regulariser](
            *batch.pairs(rows_of(self.users, rows_u), rows_of(self.items, rows_i)),
            batch_size=len(of_users),
        )
        return {
            "bpr": bpr_of_rows(of_users, positives, negatives),
            "regularisation": self.config.regularisation * penalty,
        }
