"""MGCN: Yu, Tan, Lu, Bao. ACM MM 2023, arXiv 2308.03588, in the form of MMRec and the authors.

Item graphs of the raw features, a purifier of these by behaviour, a fuser of the modalities, and a
contrast of the two. The raw features are trained unless `train_features` is false. Each pair of
the batch is a row of the contrast, so that a repeated user or item is its own negative. Of one
modality, F is F_m / 2: nothing sets it apart, so that the fuser's weights have no effect.

Shape suffixes: U users, I items, n and m distinct ones of a batch, B pairs, d dimensions.
"""

from typing import cast

import torch
from torch import Tensor, nn

from siger_pipeline.losses.contrastive import info_nce
from siger_pipeline.losses.ranking import bpr_of_rows
from siger_pipeline.losses.regularisation import half_squared
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import FeatureGate, xavier_table
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.propagation import Graph, lightgcn
from siger_pipeline.ops.tables import rows_of
from siger_pipeline.recommenders.mgcn.config import BIPARTITE
from siger_pipeline.recommenders.mgcn.config import Config as MGCNConfig
from siger_pipeline.recommenders.mgcn.fuser import BehaviourAwareFuser
from siger_pipeline.requests import features


class MGCN(DotProduct, Trained):
    """A view of behaviour, C, plus a fused view of the modalities, F."""

    Config = MGCNConfig
    config: MGCNConfig

    def __init__(self, config: MGCNConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        self.modalities = sorted(inputs.modalities)
        self.bipartite = Graph(inputs[BIPARTITE])
        self.users = xavier_table(all_users(inputs.n_users), config.dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), config.dimension, randomness)
        self.graphs = nn.ModuleDict({m: Graph(inputs[config.knn(m)]) for m in self.modalities})
        gates = {
            m: FeatureGate(
                inputs[features(m)],
                config.dimension,
                randomness,
                train_features=config.train_features,
            )
            for m in self.modalities
        }
        self.gates = nn.ModuleDict(gates)
        self.fuser = BehaviourAwareFuser(self.modalities, config.dimension, randomness)

    def item_view(self, modality: str) -> Tensor:
        """I_m = S_m^L (E_I ⊙ σ(G_m(W_m(E_m)))), [I, d]."""
        graph = cast(Graph, self.graphs[modality])
        return graph.propagate(self.items * self.gates[modality](), self.config.item_layers)

    def views(
        self, user_rows: Tensor | None = None, item_rows: Tensor | None = None
    ) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
        """C and F of some users, and of some items, or of all.

        C is the mean of LightGCN's layers; F_m is R̂ I_m for users and I_m for items, fused.
        """
        behaviour_u, behaviour_i = lightgcn(
            self.bipartite,
            self.users,
            self.items,
            self.config.behaviour_layers,
            user_rows=user_rows,
            item_rows=item_rows,
        )
        of_items = [self.item_view(m) for m in self.modalities]
        to_users = self.bipartite.propagate_rows(user_rows)
        fused_u = self.fuser(behaviour_u, [to_users(view) for view in of_items])
        fused_i = self.fuser(behaviour_i, [rows_of(view, item_rows) for view in of_items])
        return (behaviour_u, fused_u), (behaviour_i, fused_i)

    def embed(self) -> tuple[Tensor, Tensor]:
        """E = C + F."""
        (behaviour_u, fused_u), (behaviour_i, fused_i) = self.views()
        return behaviour_u + fused_u, behaviour_i + fused_i

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """`bpr` and `regularisation` of E's rows, `contrast` of F's with C's, unless λ_C is 0."""
        config = self.config
        users, items = self.views(batch.user_rows, batch.item_rows)
        of_pairs = batch.pairs(torch.add(*users), torch.add(*items))
        penalty = half_squared(*of_pairs, batch_size=batch.full_size)
        terms = {
            "bpr": bpr_of_rows(*of_pairs),
            "regularisation": config.lambda_regularisation * penalty,
        }
        if config.lambda_contrast > 0:
            of_items = self._contrast(*items, batch.positive_positions)
            of_users = self._contrast(*users, batch.user_positions)
            terms["contrast"] = config.lambda_contrast * (of_items + of_users)
        return terms

    def _contrast(self, behaviour: Tensor, fused: Tensor, rows_B: Tensor) -> Tensor:
        """InfoNCE of the rows of the batch's pairs, F with C."""
        return info_nce(rows_of(fused, rows_B), rows_of(behaviour, rows_B), self.config.tau)
