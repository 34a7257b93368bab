"""SIGER: semantically enhanced item graphs. Zhang, Zhou, Zeng, Niyato, Shen, arXiv 2508.06154.

No public code exists; where the paper is silent, the choice made here is a parameter. The graphs
S̄_m of Eqs. (3)–(7) are built once, by the graphs stage.

Shape suffixes: U users, I items, d dimensions, n rows of a contrast.
"""

from itertools import combinations
from typing import cast

import torch
from torch import Tensor, nn

from siger_pipeline.losses.contrastive import info_nce
from siger_pipeline.losses.ranking import bpr
from siger_pipeline.losses.regularisation import half_squared
from siger_pipeline.models.base import Batch, EmbeddingRecommender, ModelInputs
from siger_pipeline.models.configs.siger import Config as SIGERConfig
from siger_pipeline.models.contrast import Contrast
from siger_pipeline.models.gate import FeatureGate
from siger_pipeline.models.layers import Graph, lightgcn, require, xavier_embedding
from siger_pipeline.models.perturbation import perturb


class SIGER(EmbeddingRecommender):
    """Behaviour view plus one semantic view per modality."""

    Config = SIGERConfig
    needs = SIGERConfig.needs

    def __init__(
        self, config: SIGERConfig, inputs: ModelInputs, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.config = config
        self.contrast = Contrast(config.contrast == "all", config.contrast_block_rows)
        self.bipartite = Graph(require(inputs.bipartite, "the bipartite graph", "siger"))
        features = require(inputs.features, "item features of at least one modality", "siger")
        self.modalities = sorted(features)
        self.users = xavier_embedding(inputs.n_users, config.dimension, generator)
        self.items = xavier_embedding(inputs.n_items, config.dimension, generator)
        self.graphs = nn.ModuleDict({m: Graph(inputs.enhanced[m]) for m in self.modalities})
        self.gates = nn.ModuleDict(
            {
                m: FeatureGate(features[m], config.dimension, config.train_features, generator)
                for m in self.modalities
            }
        )

    def graph(self, modality: str) -> Graph:
        """S̄_m."""
        return cast(Graph, self.graphs[modality])

    def behaviour(self) -> tuple[Tensor, Tensor]:
        """Ê_id of users and items, Eqs. (1), (2)."""
        return lightgcn(self.bipartite, self.users, self.items, self.config.behaviour_layers)

    def first_layer(self, modality: str) -> Tensor:
        """S̄_m Ē with Ē = E_id ⊙ f_m(E_m), Eqs. (8)–(10): what the views and the semantics share."""
        gated = self.items * self.gates[modality]()
        return self.graph(modality).propagate(gated)

    def item_semantics(self, first: Tensor, modality: str) -> Tensor:
        """Ẽ_i,m from the first layer: the last layer of Eq. (10)."""
        for _ in range(self.config.item_layers - 1):
            first = self.graph(modality).propagate(first)
        return first

    def user_semantics(self, items: dict[str, Tensor]) -> dict[str, Tensor]:
        """Ẽ_u,m, Eq. (11): one product for all modalities side by side."""
        users = self.bipartite.propagate(torch.cat([items[m] for m in self.modalities], dim=1))
        parts = users.split(self.config.dimension, dim=1)
        return dict(zip(self.modalities, parts, strict=True))

    def noise(self, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Δ of Eq. (12), [I, d], and a permutation of the items, [I]."""
        device = self.items.device
        return (
            torch.rand(self.items.shape, generator=generator, device=device),
            torch.randperm(len(self.items), generator=generator, device=device),
        )

    def perturbed_view(
        self, first: Tensor, modality: str, rows: Tensor | None, generator: torch.Generator
    ) -> Tensor:
        """Eq. (10), every layer's output perturbed before it goes on; the last one's ``rows``."""
        layer = first
        for _ in range(self.config.item_layers - 1):
            layer = self.graph(modality).propagate(self._perturbed(layer, None, generator))
        return self._perturbed(layer, rows, generator)

    def _perturbed(self, layer: Tensor, rows: Tensor | None, generator: torch.Generator) -> Tensor:
        config = self.config
        noise, permutation = self.noise(generator)
        return perturb(
            layer, config.epsilon, noise, permutation, personalised=config.personalised, rows=rows
        )

    def embed(self) -> tuple[Tensor, Tensor]:
        """E = Ê_id + E_mf for users and items, Eqs. (15), (17)."""
        users, items = self.behaviour()
        semantics = {m: self.item_semantics(self.first_layer(m), m) for m in self.modalities}
        return users + _mean(self.user_semantics(semantics)), items + _mean(semantics)

    def loss(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        """The terms of Eq. (19), weighted; a term whose weight is 0 is not computed."""
        config = self.config
        users, items = self.behaviour()
        first = {m: self.first_layer(m) for m in self.modalities}
        of_items = {m: self.item_semantics(first[m], m) for m in self.modalities}
        of_users = self.user_semantics(of_items)
        terms = self._ranking(batch, users + _mean(of_users), items + _mean(of_items))
        rows_u, rows_i = torch.unique(batch.users), torch.unique(batch.positives)
        if config.lambda_perturbation > 0:
            views = self._between_views(first, rows_i, generator)
            terms["perturbation"] = config.lambda_perturbation * views
        if config.lambda_alignment > 0:
            behaviour = self._with_behaviour(of_users, users, rows_u)
            behaviour = behaviour + self._with_behaviour(of_items, items, rows_i)
            terms["behaviour_alignment"] = config.lambda_alignment * behaviour
        if config.lambda_alignment > 0 and len(self.modalities) > 1:
            between = self._between_modalities(of_items, items, rows_i)
            between = between + self._between_modalities(of_users, users, rows_u)
            terms["modality_alignment"] = config.lambda_alignment * between
        return terms

    def _ranking(self, batch: Batch, users: Tensor, items: Tensor) -> dict[str, Tensor]:
        u, positive, negative = users[batch.users], items[batch.positives], items[batch.negatives]
        penalty = half_squared(u, positive, negative, batch_size=len(u))
        return {
            "bpr": bpr((u * positive).sum(dim=1), (u * negative).sum(dim=1)),
            "regularisation": self.config.lambda_regularisation * penalty,
        }

    def _between_views(
        self, first: dict[str, Tensor], rows: Tensor, generator: torch.Generator
    ) -> Tensor:
        """L_p, Eq. (13). Views of the batch's rows alone are cheaper and serve unless all do."""
        tau, losses = self.config.tau_perturbation, []
        for modality in self.modalities:
            one, other = (
                self.perturbed_view(
                    first[modality], modality, None if self.contrast.everyone else rows, generator
                )
                for _ in range(2)
            )
            if self.contrast.everyone:
                losses.append(self.contrast.info_nce(one, other, rows, tau))
            else:
                losses.append(info_nce(one, other, tau))
        return torch.stack(losses).sum()

    def _between_modalities(
        self, semantics: dict[str, Tensor], behaviour: Tensor, rows: Tensor
    ) -> Tensor:
        """L_mm, Eq. (14), the mean over unordered pairs of modalities."""
        tau, losses = self.config.tau_modality, []
        for one, other in combinations(self.modalities, 2):
            pair = semantics[one], semantics[other]
            if self.config.alignment == "anchor":
                losses.append(self.contrast.anchored(*pair, behaviour, rows, tau))
            else:
                losses.append(self.contrast.info_nce(*pair, rows, tau))
        return torch.stack(losses).mean()

    def _with_behaviour(
        self, semantics: dict[str, Tensor], behaviour: Tensor, rows: Tensor
    ) -> Tensor:
        """L_bm, Eq. (16)."""
        return self.contrast.info_nce(_mean(semantics), behaviour, rows, self.config.tau_behaviour)


def _mean(by_modality: dict[str, Tensor]) -> Tensor:
    """E_mf, Eq. (15)."""
    return torch.stack(list(by_modality.values())).mean(dim=0)
