"""FREEDOM: a frozen item graph, a denoised user-item graph.

Zhou, Shen. ACM MM 2023, arXiv 2211.06924.

- h = S^L_ii E_I with S = Σ_m α_m S_m, the item graphs by the initial features.
- Û, Ī: LightGCN's mean of layers. Training takes a part of the edges, drawn anew each epoch and
  normalised by the degrees that they leave; scoring takes all.
- Î = Ī + h, scored by Û_u · Î_i.
- BPR of Û and Î, plus λ Σ_m BPR of Û and X_m = E_m W_mᵀ + b_m. No other regulariser.

Reproduces MMRec's code, which is the authors'. What differs from it changes no formula: edges are
drawn by the largest log-weights plus Gumbel noise, the law of its multinomial draw without that
one's limit of 2^24 edges; features are projected for the batch's items alone, since the loss reads
no others; with λ = 0 they are not read at all. An item without features is its own only neighbour.

Shape suffixes: n users and m items of a batch, d dimensions.
"""

from functools import reduce
from operator import add

import torch
from scipy import sparse
from torch import Tensor, nn

from siger_pipeline.errors import ParameterError
from siger_pipeline.losses.ranking import bpr_of_rows
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import Projection, xavier_table
from siger_pipeline.models.randomness import Axis, Ids, Randomness, all_items, all_users, edges
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.propagation import Graph, lightgcn
from siger_pipeline.ops.pruning import kept_edges, number_kept
from siger_pipeline.ops.sparse import canonical
from siger_pipeline.recommenders.freedom.config import BIPARTITE
from siger_pipeline.recommenders.freedom.config import Config as FREEDOMConfig
from siger_pipeline.requests import features


class FREEDOM(DotProduct, Trained):
    """LightGCN on a graph pruned anew each epoch, plus a mean over neighbours by features."""

    Config = FREEDOMConfig
    config: FREEDOMConfig

    def __init__(self, config: FREEDOMConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        self.adjacency: sparse.csr_matrix = inputs[BIPARTITE]
        self.edges = _edges_of(self.adjacency)
        self.n_kept = number_kept(self.edges.size, config.rho)
        if self.n_kept == 0 < self.edges.size:
            raise ParameterError(
                f"freedom.rho is {config.rho:g}, which leaves none of the {self.edges.size} "
                "training interactions for an epoch: lower it"
            )
        self.full = self.of_epoch = Graph(self.adjacency)
        self.neighbours = Graph(item_graph(config, inputs))
        dimension = config.dimension
        self.users = xavier_table(all_users(inputs.n_users), dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), dimension, randomness)
        trained, modalities = config.train_features, config.projected(inputs.modalities)
        self.projections = nn.ModuleDict(
            {
                m: Projection(inputs[features(m)], dimension, randomness, trained=trained)
                for m in modalities
            }
        )

    def start_epoch(self, randomness: Randomness) -> None:
        """Draw the edges of this epoch, each with probability ∝ (d_u d_i)^(−1/2)."""
        if self.config.rho == 0:
            return
        weights = torch.from_numpy(self.adjacency.data).to(randomness.device)
        kept = randomness.choice(self.edges, self.n_kept, weights).cpu().numpy()
        self.of_epoch = Graph(kept_edges(self.adjacency, kept)).to(randomness.device)

    def final(
        self, bipartite: Graph, user_rows: Tensor | None = None, item_rows: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Û of some users and Î = Ī + S^L_ii E_I of some items, or of all."""
        semantic: Tensor = self.items
        for _ in range(self.config.item_layers - 1):
            semantic = self.neighbours.propagate(semantic)
        semantic = self.neighbours.propagate_rows(item_rows)(semantic)
        layers = self.config.behaviour_layers
        users, items = lightgcn(
            bipartite, self.users, self.items, layers, user_rows=user_rows, item_rows=item_rows
        )
        return users, items + semantic

    def embed(self) -> tuple[Tensor, Tensor]:
        """Û and Î by the full graph."""
        return self.final(self.full)

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """BPR of Û and Î; λ Σ_m BPR of Û and the projected features of the same items."""
        users_nd, items_md = self.final(self.of_epoch, batch.user_rows, batch.item_rows)
        terms = {"bpr": bpr_of_rows(*batch.pairs(users_nd, items_md))}
        if self.projections:
            of_modalities = [
                bpr_of_rows(*batch.pairs(users_nd, projection(batch.item_rows)))
                for projection in self.projections.values()
            ]
            terms["modal"] = self.config.lambda_modal * torch.stack(of_modalities).sum()
        return terms


def item_graph(config: FREEDOMConfig, inputs: ModelInputs) -> sparse.csr_matrix:
    """S = Σ_m α_m Ã_m, [I, I]."""
    shares = config.shares(inputs.modalities)
    return canonical(reduce(add, (share * inputs[config.knn(m)] for m, share in shares.items())))


def _edges_of(matrix: sparse.csr_matrix) -> Axis:
    """The axis of a user-item graph's entries."""
    places = matrix.tocoo()
    return edges(
        (Ids.USER, Ids.ITEM), *(torch.from_numpy(x).long() for x in (places.row, places.col))
    )
