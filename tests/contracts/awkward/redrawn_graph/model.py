"""A graph that is drawn anew each epoch and used in training only, as FREEDOM's."""

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from contracts.awkward.redrawn_graph.config import BIPARTITE
from contracts.awkward.redrawn_graph.config import Config as RedrawnConfig
from siger_pipeline.losses.ranking import bpr
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import xavier_table
from siger_pipeline.models.randomness import Ids, Randomness, all_items, all_users, edges
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.propagation import Graph, lightgcn
from siger_pipeline.ops.sparse import inverse_sqrt, scaled


class RedrawnGraph(DotProduct, Trained):
    """LightGCN on edges sampled without replacement, rarer ends more often."""

    Config = RedrawnConfig
    config: RedrawnConfig
    sampled: Graph

    def __init__(self, config: RedrawnConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config, self.interactions = config, inputs.interactions
        self.bipartite = Graph(inputs[BIPARTITE])
        self.users = xavier_table(all_users(inputs.n_users), config.dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), config.dimension, randomness)

    def start_epoch(self, randomness: Randomness) -> None:
        matrix = self.interactions
        rows, columns = (torch.from_numpy(x.astype(np.int64)) for x in matrix.nonzero())
        of_rows, of_columns = (np.asarray(matrix.sum(axis=axis)).ravel() for axis in (1, 0))
        weights = torch.from_numpy(of_rows[rows] * of_columns[columns]).rsqrt()
        axis = edges((Ids.USER, Ids.ITEM), rows, columns)
        number = int((1 - self.config.dropped) * len(rows))
        chosen = randomness.choice(axis, number, weights.to(randomness.device)).cpu()
        parts = (np.ones(number, np.float32), (rows[chosen].numpy(), columns[chosen].numpy()))
        pruned = sparse.csr_matrix(parts, shape=matrix.shape)
        degrees = (np.asarray(pruned.sum(axis=axis)).ravel() for axis in (1, 0))
        self.sampled = Graph(scaled(pruned, *map(inverse_sqrt, degrees))).to(randomness.device)

    def embed(self) -> tuple[Tensor, Tensor]:
        return lightgcn(self.bipartite, self.users, self.items, 2)

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        users, items = lightgcn(self.sampled, self.users, self.items, 2)
        u, positive, negative = batch.pairs(users[batch.user_rows], items[batch.item_rows])
        return {"bpr": bpr((u * positive).sum(1), (u * negative).sum(1))}
