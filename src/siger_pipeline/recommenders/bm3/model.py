"""BM3: Zhou, Zhou, Liu, Zeng, Miao, Wang, You, Jiang. WWW 2023, arXiv 2207.05969.

Reproduces the authors' code in MMRec.

Shape suffixes: N users or items, n rows of the batch, d dimensions.
"""

from typing import cast

import torch
from scipy import sparse
from torch import Tensor, nn

from siger_pipeline.losses.bootstrap import bootstrap_target, cosine_distance
from siger_pipeline.losses.regularisation import frobenius
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.batches import Batches, PairBatches
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import Linear, RawFeatures, xavier_table
from siger_pipeline.models.randomness import Axis, Ids, Randomness, all_items, all_users, some
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.projection import project_rows
from siger_pipeline.ops.propagation import Graph, lightgcn
from siger_pipeline.ops.tables import rows_of
from siger_pipeline.recommenders.bm3.config import BIPARTITE
from siger_pipeline.recommenders.bm3.config import Config as BM3Config
from siger_pipeline.requests import features


class BM3(DotProduct, Trained):
    """Propagated ID embeddings and projected content that predict each other; no negatives."""

    Config = BM3Config
    config: BM3Config

    def __init__(self, config: BM3Config, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        d = config.dimension
        self.bipartite = Graph(inputs[BIPARTITE])
        self.users = xavier_table(all_users(inputs.n_users), d, randomness)
        self.items = xavier_table(all_items(inputs.n_items), d, randomness)
        self.predictor = Linear(d, d, randomness, weights="xavier_normal")
        raw = {m: inputs[features(m)] for m in sorted(inputs.modalities)}
        self.raw = nn.ModuleDict(
            {m: RawFeatures(x, trained=config.train_features) for m, x in raw.items()}
        )
        self.maps = nn.ModuleDict(
            {m: Linear(x.shape[1], d, randomness, weights="xavier_normal") for m, x in raw.items()}
        )

    def online(self) -> tuple[Tensor, Tensor]:
        """Û, the mean of the L + 1 layers, and Î = Ī + E_I, the same of items with E_I added."""
        users, items = lightgcn(self.bipartite, self.users, self.items, self.config.layers)
        return users, items + self.items

    def content(self, modality: str, rows: Tensor) -> Tensor:
        """X_m = E_m W_mᵀ + b_m of some items, [n, d]."""
        raw = cast(RawFeatures, self.raw[modality])
        linear = cast(Linear, self.maps[modality])
        return project_rows(raw.table, rows, linear.weight) + linear.bias

    def embed(self) -> tuple[Tensor, Tensor]:
        """p(Û) and p(Î)."""
        users, items = self.online()
        return self.predictor(users), self.predictor(items)

    def batches(self, interactions: sparse.csr_matrix, batch_size: int) -> Batches:
        """All pairs, without negatives."""
        return PairBatches(interactions, batch_size, negatives=0)

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """`reconstruction`, `modal` and `regularisation`; only the batch's items are projected.

        With c of `cosine_distance`, targets U', I', X'_m after dropout, and a batch's pairs (u, i):
        c(p(Û)[u], I'[i]) + c(p(Î)[i], U'[u]); Σ_m c(p(X_m)[i], I'[i]) + c(p(X_m)[i], X'_m[i]); and
        unsquared norms of all of Û and Î over I.
        """
        config, rows = self.config, batch.item_rows
        of_users, of_items = some(Ids.USER, batch.user_rows), some(Ids.ITEM, rows)
        u, i = batch.user_positions, batch.positive_positions
        users, items = self.online()
        users_nd, items_nd = rows_of(users, batch.user_rows), rows_of(items, rows)
        of_pairs = self._target(items_nd, of_items, i, randomness)
        reconstruction = cosine_distance(self._predicted(users_nd, u), of_pairs) + cosine_distance(
            self._predicted(items_nd, i), self._target(users_nd, of_users, u, randomness)
        )
        modal = []
        for modality in self.raw:
            content_nd = self.content(modality, rows)
            predicted = self._predicted(content_nd, i)
            own = self._target(content_nd, of_items, i, randomness)
            modal += [cosine_distance(predicted, of_pairs), cosine_distance(predicted, own)]
        norms = frobenius(users, items, batch_size=len(items))
        return {
            "reconstruction": reconstruction,
            "modal": config.modal_weight * torch.stack(modal).sum(),
            "regularisation": config.regularisation * norms,
        }

    def _predicted(self, rows_nd: Tensor, positions: Tensor) -> Tensor:
        return rows_of(self.predictor(rows_nd), positions)

    def _target(
        self, rows_nd: Tensor, rows: Axis, positions: Tensor, randomness: Randomness
    ) -> Tensor:
        mask_nd = randomness.dropout_mask(self.config.dropout, rows, rows_nd.shape[1])
        return rows_of(bootstrap_target(rows_nd, mask_nd), positions)
