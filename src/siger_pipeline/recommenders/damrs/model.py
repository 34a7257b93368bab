"""DA-MRS on LightGCN: Xv, Li, Xie, Lin, Liu, Xia, Kang, Lin. KDD 2024, doi 10.1145/3637528.3671703.

Reproduces the authors' runs (their public code, from which MMRec's port comes). Departures:

- a, b of the denoised BPR are those of the runs' logs, 1.5; the released code has 1 and 2;
- the alignment with users is computed without logarithms of σ, which reaches 0 and 1 in float32
  and ended a published run in NaN; for finite terms both are the same;
- the code fills its user-item graph by a private method of SciPy's that current versions lack or
  ignore, and then trains on an empty graph; here it is the graph of LightGCN;
- ties between equal counts go to the smaller index (the code: arbitrary); an item without features
  is its own only neighbour (the code: division by zero).

Shape suffixes: B pairs, G item graphs, n distinct users, m distinct items, d dimensions.
"""

from functools import reduce
from typing import cast

import torch
from torch import Tensor, nn

from siger_pipeline.losses.agreement import symmetric_bernoulli_kl
from siger_pipeline.losses.neighbours import neighbour_contrast
from siger_pipeline.losses.ranking import bpr, weighted_bpr
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import xavier_table
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.propagation import Graph, lightgcn
from siger_pipeline.ops.tables import rows_of
from siger_pipeline.ops.unit_rows import unit_rows
from siger_pipeline.recommenders.damrs.config import BIPARTITE
from siger_pipeline.recommenders.damrs.config import Config as DAMRSConfig
from siger_pipeline.recommenders.damrs.weights import denoising_weights


class DAMRS(DotProduct, Trained):
    """LightGCN plus the mean of item embeddings over denoised item graphs."""

    Config = DAMRSConfig
    config: DAMRSConfig

    def __init__(self, config: DAMRSConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        self.bipartite = Graph(inputs[BIPARTITE])
        requests = config.item_graphs(inputs.modalities)
        self.graphs = nn.ModuleList(Graph(inputs[request]) for request in requests)
        self.users = xavier_table(all_users(inputs.n_users), config.dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), config.dimension, randomness)

    def behaviour(
        self, user_rows: Tensor | None = None, item_rows: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Û and Ī of some users and items, or all: the mean of LightGCN's layers."""
        layers = self.config.behaviour_layers
        return lightgcn(
            self.bipartite,
            self.users,
            self.items,
            layers,
            user_rows=user_rows,
            item_rows=item_rows,
        )

    def item_views(self) -> list[Tensor]:
        """h_g = S_g^L E_I for each g in Γ, [I, d]."""
        layers = self.config.item_layers
        return [cast(Graph, graph).propagate(self.items, layers) for graph in self.graphs]

    def embed(self) -> tuple[Tensor, Tensor]:
        """Û, and Î = Ī + h̄ with h̄ = mean_g h_g."""
        users, items = self.behaviour()
        return users, items + _mean(self.item_views())

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """`bpr`, denoised; `align_user` (AU); `align_item` (AI); a term of weight 0 is left out."""
        config = self.config
        views = self.item_views()
        users_nd, items_md = self.behaviour(batch.user_rows, batch.item_rows)
        views_md = [rows_of(view, batch.item_rows) for view in views]
        mean_md = _mean(views_md)
        terms = {"bpr": self._ranking(batch, users_nd, items_md + mean_md, views_md)}
        if config.lambda_align_user > 0:
            apart = symmetric_bernoulli_kl(
                users_nd,
                unit_rows(items_md),
                unit_rows(mean_md),
                block_mib=config.contrast_block_mib,
            )
            terms["align_user"] = config.lambda_align_user * apart
        if config.lambda_align_item > 0:
            contrast = neighbour_contrast(
                views,
                batch.item_rows,
                config.tau,
                config.contrast_k,
                block_mib=config.contrast_block_mib,
            )
            terms["align_item"] = config.lambda_align_item * contrast
        return terms

    def _ranking(
        self, batch: Batch, users_nd: Tensor, items_md: Tensor, views_md: list[Tensor]
    ) -> Tensor:
        user_Bd, positive_Bd, negative_Bd = batch.pairs(users_nd, items_md)
        positive, negative = (torch.linalg.vecdot(user_Bd, x) for x in (positive_Bd, negative_Bd))
        if not self.config.denoised:
            return bpr(positive, negative)
        weights = self._weights(batch, users_nd.detach(), [view.detach() for view in views_md])
        return weighted_bpr(positive, negative, *weights)

    def _weights(
        self, batch: Batch, users_nd: Tensor, views_md: list[Tensor]
    ) -> tuple[Tensor, Tensor]:
        """w⁺ and w⁻ from q_g = σ(Û_u · h_g,i / ‖h_g,i‖) of each graph."""
        logits = []
        for view_md in views_md:
            user_Bd, positive_Bd, negative_Bd = batch.pairs(users_nd, unit_rows(view_md))
            logits.append([torch.linalg.vecdot(user_Bd, x) for x in (positive_Bd, negative_Bd)])
        positive_GB, negative_GB = (
            torch.stack(of_graphs) for of_graphs in zip(*logits, strict=True)
        )
        a, b = self.config.mean_power, self.config.variance_weight
        return denoising_weights(positive_GB, negative_GB, a, b)


def _mean(views: list[Tensor]) -> Tensor:
    return reduce(torch.add, views) / len(views)
