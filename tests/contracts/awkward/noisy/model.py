"""All kinds of draws in training, and seeded Gumbel noise at scoring, as LGMRec's and MIG-GT's."""

import numpy as np
import torch
from torch import Tensor, nn

from contracts.awkward.noisy.config import BIPARTITE
from contracts.awkward.noisy.config import Config as NoisyConfig
from siger_pipeline.losses.ranking import bpr
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import xavier_table
from siger_pipeline.models.randomness import (
    Ids,
    Randomness,
    all_items,
    all_nodes,
    all_users,
    edges,
    some,
)
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.support import Support
from siger_pipeline.requests import features


class Noisy(DotProduct, Trained):
    """Tables, one propagation with dropped edges, hyperedges with Gumbel noise, sampled items."""

    Config = NoisyConfig
    config: NoisyConfig

    def __init__(self, config: NoisyConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config, self.randomness = config, randomness
        self.n_users, self.n_items = inputs.n_users, inputs.n_items
        self.users = xavier_table(all_users(inputs.n_users), config.dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), config.dimension, randomness)
        raw = np.concatenate([inputs[features(m)] for m in sorted(inputs.modalities)], axis=1)
        self.register_buffer("raw", torch.tensor(raw), persistent=False)
        spread = randomness.normal(raw.shape[1], config.hyperedges, deviation=0.1)
        self.spread = nn.Parameter(spread)
        graph = inputs[BIPARTITE]
        rows, columns = (torch.from_numpy(x.astype(np.int64)) for x in graph.nonzero())
        for name, value in (("rows", rows), ("columns", columns)):
            self.register_buffer(name, value, persistent=False)
        self.register_buffer("weights", torch.from_numpy(graph.data), persistent=False)
        self.register_buffer("noise_seed", randomness.integers(2**62))

    def start_epoch(self, randomness: Randomness) -> None:
        """Sample three items for each user and item."""
        every_node = all_nodes(self.n_users, self.n_items)
        self.sampled = randomness.integers(all_items(self.n_items), every_node, 3)

    def hyperedges(self, noise: Tensor | float) -> Tensor:
        return ((self.raw @ self.spread + noise) / 0.2).softmax(1)

    def final(self, edge_factor: Tensor | float, hyperedges: Tensor) -> tuple[Tensor, Tensor]:
        support = Support(self.rows, self.columns, (self.n_users, self.n_items))
        users = self.users + support.product(self.weights * edge_factor, self.items)
        return users, self.items + hyperedges @ (hyperedges.T @ self.items) / self.n_items

    def embed(self) -> tuple[Tensor, Tensor]:
        noise: Tensor | float = 0.0
        if self.config.eval_noise == "seeded":
            draws = self.randomness.reseeded(int(self.noise_seed), self.items.device)
            noise = draws.gumbel(all_items(self.n_items), self.config.hyperedges)
        return self.final(1.0, self.hyperedges(noise))

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        rate, items_axis = self.config.dropout, all_items(self.n_items)
        number = self.config.hyperedges
        kept = edges((Ids.USER, Ids.ITEM), self.rows, self.columns)
        hyperedges = self.hyperedges(randomness.gumbel(items_axis, number))
        hyperedges = hyperedges * randomness.dropout_mask(rate, items_axis, number)
        users, items = self.final(randomness.dropout_mask(rate, kept), hyperedges)
        nodes = torch.cat([users, items]) + 0.1 * self.items[self.sampled].mean(1)
        users, items = nodes[: self.n_users], nodes[self.n_users :]
        batch_users = some(Ids.USER, batch.user_rows)
        of_users = users[batch.user_rows] * randomness.dropout_mask(
            rate, batch_users, self.config.dimension
        )
        u, positive, negative = batch.pairs(of_users, items[batch.item_rows])
        return {"bpr": bpr((u * positive).sum(1), (u * negative).sum(1))}
