"""SIGER: semantically enhanced item graphs. Zhang, Zhou, Zeng, Niyato, Shen, arXiv 2508.06154.

No public code exists; where the paper is silent, the choice made here is a parameter. The graphs
C̄ and H̄_m of Eqs. (3)–(6) are built once, by the graphs stage.

Shape suffixes: N users or items, n rows of a contrast, d dimensions.
"""

from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import cast

import torch
from scipy import sparse
from torch import Tensor, nn

from siger_pipeline.losses.ranking import bpr_of_rows
from siger_pipeline.losses.regularisation import half_squared
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import FeatureGate, xavier_table
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.propagation import Graph, lightgcn
from siger_pipeline.ops.sparse import mixed
from siger_pipeline.ops.tables import rows_of
from siger_pipeline.recommenders.siger.config import BIPARTITE
from siger_pipeline.recommenders.siger.config import Config as SIGERConfig
from siger_pipeline.recommenders.siger.contrast import Contrast
from siger_pipeline.recommenders.siger.perturbation import perturb
from siger_pipeline.requests import features


class SIGER(DotProduct, Trained):
    """Behaviour view plus one semantic view per modality."""

    Config = SIGERConfig
    config: SIGERConfig

    def __init__(self, config: SIGERConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        self.contrast = Contrast(
            config.contrast == "all",
            config.contrast_block_mib,
            torch.bfloat16 if config.contrast_precision == "bfloat16" else None,
        )
        self.bipartite = Graph(inputs[BIPARTITE])
        self.modalities = sorted(inputs.modalities)
        self.users = xavier_table(all_users(inputs.n_users), config.dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), config.dimension, randomness)
        self.graphs = nn.ModuleDict(
            {m: Graph(enhanced_graph(config, inputs, m)) for m in self.modalities}
        )
        raw = {m: inputs[features(m)] for m in self.modalities}
        self.gates = nn.ModuleDict(
            {
                m: FeatureGate(
                    raw[m], config.dimension, randomness, train_features=config.train_features
                )
                for m in self.modalities
            }
        )

    def graph(self, modality: str) -> Graph:
        """S̄_m."""
        return cast(Graph, self.graphs[modality])

    def behaviour(
        self, user_rows: Tensor | None = None, item_rows: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Ê_id of some users and items, or all, Eqs. (1), (2)."""
        return lightgcn(
            self.bipartite,
            self.users,
            self.items,
            self.config.behaviour_layers,
            user_rows=user_rows,
            item_rows=item_rows,
        )

    def first_layer(self, modality: str) -> Tensor:
        """S̄_m Ē with Ē = E_id ⊙ f_m(E_m), Eqs. (8)–(10): the first layer of views and semantics."""
        gated = self.items * self.gates[modality]()
        return self.graph(modality).propagate(gated)

    def item_semantics(self, first: Tensor, modality: str) -> Tensor:
        """Ẽ_i,m from the first layer: the last layer of Eq. (10)."""
        return self.graph(modality).propagate(first, self.config.item_layers - 1)

    def user_semantics(
        self, items: dict[str, Tensor], user_rows: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Ẽ_u,m of some users, or all, Eq. (11)."""
        propagate = self.bipartite.propagate_rows(user_rows)
        return {m: propagate(items[m]) for m in self.modalities}

    def perturbed_view(
        self, first: Tensor, modality: str, rows: Tensor | None, randomness: Randomness
    ) -> Tensor:
        """Eq. (10), every layer's output perturbed before it goes on; the last one's ``rows``."""
        layer = first
        for _ in range(self.config.item_layers - 1):
            layer = self.graph(modality).propagate(self._perturbed(layer, None, randomness))
        return self._perturbed(layer, rows, randomness)

    def _perturbed(self, layer: Tensor, rows: Tensor | None, randomness: Randomness) -> Tensor:
        config = self.config
        each_item = all_items(len(self.items))
        noise = randomness.uniform(each_item, config.dimension)  # Δ of Eq. (12)
        permutation = randomness.permutation(each_item)
        return perturb(
            layer, config.epsilon, noise, permutation, personalised=config.personalised, rows=rows
        )

    def embed(self) -> tuple[Tensor, Tensor]:
        """E = Ê_id + E_mf for users and items, Eqs. (15), (17)."""
        users, items = self.behaviour()
        semantics = {m: self.item_semantics(self.first_layer(m), m) for m in self.modalities}
        return users + _mean(self.user_semantics(semantics)), items + _mean(semantics)

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """The terms of Eq. (19), weighted; a term whose weight is 0 is not computed."""
        config = self.config
        # Contrasts over the batch need no other rows of what is propagated than the batch's.
        over_all_rows = self.contrast.over_all_rows
        rows_u, rows_i = (None, None) if over_all_rows else (batch.user_rows, batch.item_rows)
        first = {m: self.first_layer(m) for m in self.modalities}
        semantics = {m: self.item_semantics(first[m], m) for m in self.modalities}
        behaviour_u, behaviour_i = self.behaviour(rows_u, rows_i)
        users = Side(
            self.user_semantics(semantics, rows_u),
            behaviour_u,
            batch.user_rows if over_all_rows else None,
        )
        items = Side(
            {m: rows_of(semantics[m], rows_i) for m in self.modalities},
            behaviour_i,
            batch.positive_rows if over_all_rows else batch.positive_row_positions,
        )
        terms = self._ranking(batch, users.final(), items.final())
        if config.lambda_perturbation > 0:
            views = self._between_views(first, batch.positive_rows, randomness)
            terms["perturbation"] = config.lambda_perturbation * views
        if config.lambda_alignment > 0:
            behaviour = self._with_behaviour(users) + self._with_behaviour(items)
            terms["behaviour_alignment"] = config.lambda_alignment * behaviour
        if config.lambda_alignment > 0 and len(self.modalities) > 1:
            between = self._between_modalities(users) + self._between_modalities(items)
            terms["modality_alignment"] = config.lambda_alignment * between
        return terms

    def _ranking(self, batch: Batch, users: Tensor, items: Tensor) -> dict[str, Tensor]:
        if self.contrast.over_all_rows:
            users, items = rows_of(users, batch.user_rows), rows_of(items, batch.item_rows)
        u, positive, negative = batch.pairs(users, items)
        penalty = half_squared(u, positive, negative, batch_size=len(u))
        return {
            "bpr": bpr_of_rows(u, positive, negative),
            "regularisation": self.config.lambda_regularisation * penalty,
        }

    def _between_views(
        self, first: dict[str, Tensor], rows: Tensor, randomness: Randomness
    ) -> Tensor:
        """L_p, Eq. (13). Views of the batch's rows alone are cheaper, and enough for these."""
        rows_of_views, compared = (None, rows) if self.contrast.over_all_rows else (rows, None)
        losses = []
        for modality in self.modalities:
            one, other = (
                self.perturbed_view(first[modality], modality, rows_of_views, randomness)
                for _ in range(2)
            )
            losses.append(
                self.contrast.info_nce(one, other, compared, self.config.tau_perturbation)
            )
        return torch.stack(losses).sum()

    def _between_modalities(self, side: "Side") -> Tensor:
        """L_mm, Eq. (14), the mean over unordered pairs of modalities."""
        tau, losses = self.config.tau_modality, []
        for one, other in combinations(self.modalities, 2):
            pair = side.semantics[one], side.semantics[other]
            if self.config.alignment == "anchor":
                losses.append(self.contrast.anchored(*pair, side.behaviour, side.rows, tau))
            else:
                losses.append(self.contrast.info_nce(*pair, side.rows, tau))
        return torch.stack(losses).mean()

    def _with_behaviour(self, side: "Side") -> Tensor:
        """L_bm, Eq. (16)."""
        return self.contrast.info_nce(
            _mean(side.semantics), side.behaviour, side.rows, self.config.tau_behaviour
        )


def enhanced_graph(config: SIGERConfig, inputs: ModelInputs, modality: str) -> sparse.csr_matrix:
    """S̄_m = β C̄ + (1 − β) H̄_m, Eq. (7), [I, I]; a graph without weight is not read."""
    graphs = tuple(inputs[request] for request in config.item_graphs(modality))
    return graphs[0] if len(graphs) == 1 else mixed(graphs[0], graphs[1], config.beta)


@dataclass(frozen=True)
class Side:
    """Embeddings that the contrasts of the users, or of the items, compare.

    Attributes:
        semantics: Ẽ_m of each modality, [N, d].
        behaviour: Ê_id, [N, d].
        rows: the rows that the means run over, [n]; None for all.
    """

    semantics: dict[str, Tensor]
    behaviour: Tensor
    rows: Tensor | None

    def final(self) -> Tensor:
        """E = Ê_id + E_mf, Eq. (17)."""
        return self.behaviour + _mean(self.semantics)


def _mean(by_modality: dict[str, Tensor]) -> Tensor:
    """E_mf, Eq. (15)."""
    return reduce(torch.add, by_modality.values()) / len(by_modality)
