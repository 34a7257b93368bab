"""MIG-GT: Hu, Hooi, He, Wei. AAAI 2025, arXiv 2412.13994.

Reproduces the public code (CrawlScript/MIG-GT), which has no item table: items are what their
features and users make of them. Departures: biases that cancel are left out (`encoder`,
`attention`); the items sampled at scoring are by default those of a seed (`eval_noise`); what the
public code holds but does not use is not here. The published figures mask training *and
validation* items at test: `evaluate.mask=train+validation`.

Shape suffixes: U users, I items, N = U + I nodes, E edges, C sampled items, B pairs, d dimensions.
"""

from typing import cast

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional

from siger_pipeline.errors import InputError
from siger_pipeline.losses.ranking import bpr_of_rows
from siger_pipeline.losses.regularisation import half_squared
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.batches import Batches, PairBatches
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import normal_table
from siger_pipeline.models.randomness import (
    Ids,
    Randomness,
    all_items,
    all_nodes,
    all_users,
    edges,
)
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.appnp import FactoredGraph, appnp
from siger_pipeline.ops.gather import gather
from siger_pipeline.recommenders.miggt.attention import SampledAttention
from siger_pipeline.recommenders.miggt.config import BIPARTITE
from siger_pipeline.recommenders.miggt.config import Config as MIGGTConfig
from siger_pipeline.recommenders.miggt.encoder import Dropout, Encoder

SCORING_DRAWS = 8  # whose mean `eval_noise=off` takes


class MIGGT(DotProduct, Trained):
    """A channel for the users' table and one a modality, each with its own number of steps."""

    Config = MIGGTConfig
    config: MIGGTConfig
    noise_seed: Tensor

    def __init__(self, config: MIGGTConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        if inputs.n_items < 2:
            raise InputError(
                f"model miggt normalises features over all items, and the data set has "
                f"{inputs.n_items}: it needs two at least"
            )
        self.config, self.randomness = config, randomness
        self.n_users, self.modalities = inputs.n_users, sorted(inputs.modalities)
        self.nodes = all_nodes(inputs.n_users, inputs.n_items)
        self.items = all_items(inputs.n_items)
        graph = inputs[BIPARTITE]
        ends = (torch.from_numpy(ids.astype(np.int64)) for ids in graph.nonzero())
        self.edges = edges((Ids.NODE, Ids.NODE), *ends)
        self.graph = FactoredGraph(graph)
        self.encoders = nn.ModuleDict(
            {m: Encoder(config, inputs, m, randomness) for m in self.modalities}
        )
        deviation = config.dimension**-0.5
        self.users = normal_table(
            all_users(inputs.n_users), config.dimension, deviation, randomness
        )
        self.attention = SampledAttention(config.dimension, randomness)
        self.register_buffer("noise_seed", randomness.integers(2**62))

    def encoder(self, modality: str) -> Encoder:
        """MLP_m."""
        return cast(Encoder, self.encoders[modality])

    def channels(self, drop: Dropout) -> Tensor:
        """Z, the sum of the propagated channels, [N, d]."""
        config = self.config
        users_Ud = drop(self.users, config.user_dropout, all_users(self.n_users))
        without_items_Nd = functional.pad(users_Ud, (0, 0, 0, self.items.size))
        z_Nd = self._propagated(without_items_Nd, config.user_layers, drop)
        for m in self.modalities:
            items_Id = drop(self.encoder(m)(drop), config.item_dropout, self.items)
            without_users_Nd = functional.pad(items_Id, (0, 0, self.n_users, 0))
            z_Nd = z_Nd + self._propagated(without_users_Nd, config.layers_of(m), drop)
        return drop(z_Nd, config.final_dropout, self.nodes)

    def _propagated(self, x_Nd: Tensor, layers: int, drop: Dropout) -> Tensor:
        config = self.config
        factors_E = drop.factors(config.edge_dropout, self.edges) if layers else None
        return appnp(self.graph, x_Nd, layers, config.alpha, config.beta, factors_E)

    def sampled(self, randomness: Randomness) -> Tensor:
        """C items for every node, uniform, with replacement, [N, C]."""
        return randomness.integers(self.items, self.nodes, self.config.samples)

    def start_epoch(self, randomness: Randomness) -> None:
        """Renew the seed of the items sampled at scoring, if it is to be fresh."""
        if self.config.eval_noise == "fresh":
            self.noise_seed.copy_(randomness.integers(2**62))

    def embed(self) -> tuple[Tensor, Tensor]:
        """E of users and items."""
        z_Nd = self.channels(Dropout(None))
        draws = self.randomness.reseeded(int(self.noise_seed), z_Nd.device)
        number = SCORING_DRAWS if self.config.eval_noise == "off" else 1
        rows = [
            self.attention.first_rows(z_Nd, z_Nd[self.n_users :], self.sampled(draws))
            for _ in range(number)
        ]
        embeddings = torch.stack(rows).mean(dim=0)
        return embeddings[: self.n_users], embeddings[self.n_users :]

    def batches(self, interactions: sparse.csr_matrix, batch_size: int) -> Batches:
        """All pairs, each with one negative."""
        return PairBatches(interactions, batch_size, among=self.config.negatives)

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """Sums over the batch: `bpr`, `tur`; `regularisation` of all rows."""
        z_Nd = self.channels(Dropout(randomness))
        z_Id, items_NC = z_Nd[self.n_users :], self.sampled(randomness)
        embeddings = self.attention.first_rows(z_Nd, z_Id, items_NC)
        positives = batch.positives + self.n_users
        nodes_3B = torch.stack([batch.users, positives, batch.negatives + self.n_users])
        users, positive_rows, negative_rows = gather(embeddings, nodes_3B)
        penalty = half_squared(embeddings, batch_size=1)
        terms = {
            "bpr": len(users) * bpr_of_rows(users, positive_rows, negative_rows),
            "regularisation": self.config.regularisation * penalty,
        }
        if self.config.tur > 0:
            sampled_CB = items_NC.index_select(0, positives).T
            shown_TB = torch.cat([batch.positives.unsqueeze(0), sampled_CB])
            logits_TB = self.attention.dots(users, z_Id, shown_TB)
            unlikely_B = logits_TB.logsumexp(dim=0) - logits_TB[0]
            terms["tur"] = self.config.tur * unlikely_B.sum()
        return terms
