"""LGMRec: Guo, Li, Li, Wang, Shi, Ruan. AAAI 2024, arXiv 2312.16400.

- Local: C, the mean of LightGCN's layers, plus Σ_m M_m / ‖M_m‖ with X_m = E_m W_m and
  M_m = Â^L_mm [R_mean X_m; X_m].
- Global: T_m = [H_U Λ; H_I Λ], users and items as mixtures of a modality's A hyperedges
  (`Hypergraph`); the logits of their memberships are E_m V_m for items, R E_m V_m for users.
- E = local + α Σ_m T_m / ‖Σ_m T_m‖, scored by E_u · E_i.
- BPR, λ_c times the contrast of the modalities' T_m, and λ_r times the norms of the batch's rows.

Reproduces the authors' code, with raw features constant and as they are, memberships under dropout
in training, and under Gumbel noise at scoring too.

Departures from the public code: noise at scoring is a function of the checkpoint (there it is drawn
anew each time), one modality suffices (there it fails), and with more than two the contrast is the
sum over their pairs.

Shape suffixes: U users, I items, n some of either, A hyperedges, d dimensions.
"""

from functools import partial, reduce

import torch
from torch import Tensor, nn

from siger_pipeline.losses.ranking import bpr_of_rows
from siger_pipeline.losses.regularisation import frobenius
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import xavier_table
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import DotProduct
from siger_pipeline.models.scoring_noise import NoisyScores
from siger_pipeline.ops.propagation import Graph, last_layer, lightgcn
from siger_pipeline.ops.tables import rows_of
from siger_pipeline.ops.unit_rows import unit_rows
from siger_pipeline.recommenders.lgmrec.config import BIPARTITE
from siger_pipeline.recommenders.lgmrec.config import Config as LGMRecConfig
from siger_pipeline.recommenders.lgmrec.hypergraph import Hypergraph, contrast, memberships
from siger_pipeline.recommenders.lgmrec.modality import Modality
from siger_pipeline.requests import features


class LGMRec(DotProduct, NoisyScores):
    """Local embeddings of the user-item graph plus global ones of a hypergraph per modality."""

    Config = LGMRecConfig
    config: LGMRecConfig
    shares: Tensor  # 1 over the number of a user's items, 0 without any, [U, 1]

    def __init__(self, config: LGMRecConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        self.bipartite = Graph(inputs[BIPARTITE])
        self.interactions = Graph(inputs.interactions)
        degrees_U1 = torch.from_numpy(inputs.interactions.sum(axis=1)).float()
        shares_U1 = torch.where(degrees_U1 > 0, degrees_U1.reciprocal(), 0.0)
        self.register_buffer("shares", shares_U1, persistent=False)
        self.users = xavier_table(all_users(inputs.n_users), config.dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), config.dimension, randomness)
        self.modalities = nn.ModuleDict(
            {
                m: Modality(inputs[features(m)], config, randomness)
                for m in sorted(inputs.modalities)
            }
        )
        self.seed_noise(randomness, each_epoch=config.eval_noise == "fresh")

    def forward(
        self,
        noise: Randomness | None,
        dropout: Randomness | None,
        user_rows: Tensor | None = None,
        item_rows: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, list[Hypergraph]]:
        """E = C + Σ_m rownorm(M_m) + α rownorm(Σ_m T_m) of users and items, and the hypergraphs.

        Args:
            noise: of the memberships; none if None.
            dropout: likewise.
            user_rows: the distinct users asked for, int64 [n]; all where it is not given.
            item_rows: likewise the items.
        """
        users_nd, all_items_Id = lightgcn(
            self.bipartite,
            self.users,
            self.items,
            self.config.behaviour_layers,
            user_rows=user_rows,
        )
        items_nd = rows_of(all_items_Id, item_rows)
        hypergraphs = []
        for modality in self.modalities.values():
            projected_Id, logits_IA = modality()
            modal_Ud, modal_Id = self._modal(projected_Id)
            users_nd = users_nd + unit_rows(rows_of(modal_Ud, user_rows))
            items_nd = items_nd + unit_rows(rows_of(modal_Id, item_rows))
            users_UA, items_IA = self._memberships(logits_IA, noise, dropout)
            hypergraphs.append(
                Hypergraph.of(users_UA, items_IA, all_items_Id, self.config.hyper_layers)
            )
        global_u = reduce(torch.add, [rows_of(h.users, user_rows) @ h.edges for h in hypergraphs])
        global_i = reduce(torch.add, [rows_of(h.items, item_rows) @ h.edges for h in hypergraphs])
        alpha = self.config.alpha
        return (
            users_nd + alpha * unit_rows(global_u),
            items_nd + alpha * unit_rows(global_i),
            hypergraphs,
        )

    def _modal(self, projected_Id: Tensor) -> tuple[Tensor, Tensor]:
        """M_m = Â^L_mm [R_mean X_m; X_m], the last layer alone, [U, d] and [I, d]."""
        users_Ud = self.interactions.propagate(projected_Id) * self.shares
        return last_layer(self.bipartite, users_Ud, projected_Id, self.config.modality_layers)

    def _memberships(
        self, logits_IA: Tensor, noise: Randomness | None, dropout: Randomness | None
    ) -> tuple[Tensor, Tensor]:
        """H_U and H_I; a user's logits are the sum of those of the user's items."""
        config, logits_UA = self.config, self.interactions.propagate(logits_IA)
        users = memberships(logits_UA, all_users(len(logits_UA)), config.tau, noise)
        items = memberships(logits_IA, all_items(len(logits_IA)), config.tau, noise)
        if dropout is None:
            return users, items
        mask = partial(dropout.dropout_mask, 1 - config.keep)
        return (
            users * mask(all_users(len(users)), config.hyperedges),
            items * mask(all_items(len(items)), config.hyperedges),
        )

    def embed(self) -> tuple[Tensor, Tensor]:
        """E of all, without dropout; the noise stays on, as the public code has it."""
        noise = None if self.config.eval_noise == "off" else self.noise(self.items.device)
        users_Ud, items_Id, _ = self(noise, None)
        return users_Ud, items_Id

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """`bpr` and `regularisation` of final rows, and `contrast` if there are two modalities."""
        config = self.config
        users_nd, items_nd, hypergraphs = self(
            randomness, randomness, batch.user_rows, batch.item_rows
        )
        u, positive, negative = batch.pairs(users_nd, items_nd)
        penalty = frobenius(u, positive, negative, batch_size=len(u))
        terms = {
            "bpr": bpr_of_rows(u, positive, negative),
            "regularisation": config.lambda_regularisation * penalty,
        }
        if config.lambda_contrast > 0 and len(hypergraphs) > 1:
            terms["contrast"] = config.lambda_contrast * contrast(hypergraphs, batch, config.tau)
        return terms
