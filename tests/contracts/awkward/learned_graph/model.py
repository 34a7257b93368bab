"""An item graph rebuilt from learned weights, as LATTICE's.

An epoch's first batch builds it, with gradients to its edges' values; the other batches use the
values as constants; scoring builds it from the present weights.
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from contracts.awkward.learned_graph.config import BIPARTITE
from contracts.awkward.learned_graph.config import Config as LearnedConfig
from siger_pipeline.losses.ranking import bpr
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import Linear, xavier_table
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.adam import Group
from siger_pipeline.ops.propagation import Graph, lightgcn
from siger_pipeline.ops.support import Support
from siger_pipeline.ops.unit_rows import unit_rows
from siger_pipeline.requests import features


class LearnedGraph(DotProduct, Trained):
    """LightGCN plus items propagated over the learned and the frozen graph."""

    Config = LearnedConfig
    config: LearnedConfig

    def __init__(self, config: LearnedConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config, self.modalities = config, sorted(inputs.modalities)
        self.bipartite = Graph(inputs[BIPARTITE])
        self.frozen = nn.ModuleDict({m: Graph(inputs[config.knn(m)]) for m in self.modalities})
        self.users = xavier_table(all_users(inputs.n_users), config.dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), config.dimension, randomness)
        raw = {m: torch.tensor(inputs[features(m)]) for m in self.modalities}
        self.raw = nn.ParameterDict(raw)
        self.maps = nn.ModuleDict(
            {m: Linear(x.shape[1], config.dimension, randomness) for m, x in raw.items()}
        )
        self.shares = nn.Parameter(torch.full((len(raw),), 0.5))
        self.is_first_batch = False
        self.graph: tuple[Support, Tensor] | None = None

    def optimiser_groups(self, learning_rate: float, weight_decay: float) -> list[Group]:
        tables = [self.users, self.items]
        others = [p for p in self.parameters() if not any(p is table for table in tables)]
        return [
            Group(tables, learning_rate, weight_decay),
            Group(others, learning_rate, weight_decay, idle="zero"),
        ]

    def start_epoch(self, randomness: Randomness) -> None:
        self.is_first_batch = True

    def item_graph(self) -> tuple[Support, Tensor]:
        n_items, k = len(self.items), self.config.k
        rows = torch.arange(n_items, device=self.items.device).repeat_interleave(k)
        columns, values = [], []
        for modality, share in zip(self.modalities, self.shares.softmax(0), strict=True):
            projected = unit_rows(cast(Linear, self.maps[modality])(self.raw[modality]))
            with torch.no_grad():
                nearest = torch.topk(projected @ projected.T, k).indices.flatten()
            support = Support(rows, nearest, (n_items, n_items))
            columns.append(nearest)
            values.append(share * support.dots(projected, projected))
        every = Support(rows.repeat(len(columns)), torch.cat(columns), (n_items, n_items))
        weights = torch.cat(values)
        scale = every.row_sums(weights).clamp_min(1e-6).rsqrt()
        return every, weights * scale[every.rows] * scale[every.columns]

    def final(self, graph: tuple[Support, Tensor]) -> tuple[Tensor, Tensor]:
        support, values = graph
        learned = support.product(values, self.items)
        shares = self.shares.softmax(0)
        graphs = [cast(Graph, self.frozen[m]) for m in self.modalities]
        constant = [w * g.propagate(self.items) for w, g in zip(shares, graphs, strict=True)]
        mixed = torch.lerp(learned, torch.stack(constant).sum(0), self.config.frozen)
        users, items = lightgcn(self.bipartite, self.users, self.items, 2)
        return users, items + functional.normalize(mixed)

    def embed(self) -> tuple[Tensor, Tensor]:
        return self.final(self.item_graph())

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        if self.is_first_batch:
            graph = self.item_graph()
            self.graph = graph[0], graph[1].detach()
            self.is_first_batch = False
        else:
            assert self.graph is not None
            graph = self.graph
        users, items = self.final(graph)
        u, positive, negative = batch.pairs(users[batch.user_rows], items[batch.item_rows])
        return {"bpr": bpr((u * positive).sum(1), (u * negative).sum(1))}
