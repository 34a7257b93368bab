"""SLMRec: self-supervised learning for multimedia recommendation.

Tao, Liu, Xia, Wang, Yang, Huang, Chua. IEEE Transactions on Multimedia 2022.

- X^id = E_I, X^m = P_m(E_m), rows of E_m scaled to length 1. LightGCN on E_U and X^c: U^c, I^c.
- Û = F_U(U^id ‖ …), Î = F_I(I^id ‖ …), scored by Û_u · Î_i.
- InfoNCE of Û[u] and Î[i] by cosines over a batch's pairs, plus α L_FAC of its items (`Chain`).

Reproduces MMRec's form: of the paper's tasks the fine and coarse contrast (FAC) alone, no
negatives, Adam's weight decay for a regulariser. Two departures at scoring, where MMRec takes the
embeddings of the last training batch, one step old, and σ of the products, which makes ties in
float32: here the present embeddings are taken, and the products themselves.

Shape suffixes: n users and m items of a batch, B pairs, c channels' dimensions side by side.
"""

import torch
from scipy import sparse
from torch import Tensor, nn

from siger_pipeline.losses.contrastive import info_nce
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.batches import Batches, PairBatches
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import Linear, Projection, xavier_table
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.propagation import Graph, lightgcn
from siger_pipeline.ops.tables import constant
from siger_pipeline.ops.unit_rows import unit_rows
from siger_pipeline.recommenders.slmrec.chain import Chain
from siger_pipeline.recommenders.slmrec.config import BIPARTITE
from siger_pipeline.recommenders.slmrec.config import Config as SLMRecConfig
from siger_pipeline.requests import features


class SLMRec(DotProduct, Trained):
    """One LightGCN for the IDs and one for each modality, their embeddings mapped into one."""

    Config = SLMRecConfig
    config: SLMRecConfig

    def __init__(self, config: SLMRecConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config, dimension = config, config.dimension
        self.bipartite = Graph(inputs[BIPARTITE])
        self.users = xavier_table(all_users(inputs.n_users), dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), dimension, randomness)
        modalities = config.ordered(inputs.modalities)
        self.projections = nn.ModuleDict()
        for m in modalities:
            unit = unit_rows(constant(inputs[features(m)])).numpy()
            self.projections[m] = Projection(unit, dimension, randomness, weights="xavier_uniform")
        self.n_channels = 1 + len(modalities)
        width = self.n_channels * dimension
        self.fuse_users = Linear(width, dimension, randomness, weights="xavier_uniform")
        self.fuse_items = Linear(width, dimension, randomness, weights="xavier_uniform")
        self.chain = Chain(len(modalities), dimension, randomness)

    def channels(
        self, user_rows: Tensor | None = None, item_rows: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """U and I of all channels side by side: E_U with E_I, and with each P_m(E_m)."""
        of_items = torch.cat([self.items, *(p() for p in self.projections.values())], dim=1)
        of_users = self.users.repeat(1, self.n_channels)
        return lightgcn(
            self.bipartite,
            of_users,
            of_items,
            self.config.layers,
            user_rows=user_rows,
            item_rows=item_rows,
        )

    def embed(self) -> tuple[Tensor, Tensor]:
        """Û = F_U(U^id ‖ …), Î = F_I(I^id ‖ …)."""
        users, items = self.channels()
        return self.fuse_users(users), self.fuse_items(items)

    def batches(self, interactions: sparse.csr_matrix, batch_size: int) -> Batches:
        """Pairs without negatives: those of a contrast are the batch's other items."""
        return PairBatches(interactions, batch_size, negatives=0)

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """InfoNCE of each pair's user and item; α L_FAC of the items. Both keep duplicates."""
        config = self.config
        users_nc, items_mc = self.channels(batch.user_rows, batch.item_rows)
        users_Bd, items_Bd, _ = batch.pairs(self.fuse_users(users_nc), self.fuse_items(items_mc))
        terms = {"main": info_nce(users_Bd, items_Bd, config.tau)}
        if config.alpha > 0:
            positives_Bc = items_mc.index_select(0, batch.positive_positions)
            ids_Bd, *modalities_Bd = positives_Bc.split(config.dimension, dim=1)
            terms["fac"] = config.alpha * self.chain(ids_Bd, modalities_Bd, config.tau_fac)
        return terms
