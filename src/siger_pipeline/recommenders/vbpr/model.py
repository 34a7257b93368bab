"""VBPR: He, McAuley. AAAI 2016, arXiv 1510.01784.

Reproduces MMRec's form, which the published tables rest on. Departures from the paper: content of
all modalities in place of the visual one alone, a bias of its projection, no biases of items; the
regulariser is of unsquared norms over the batch, as MMRec's.

Shape suffixes: n items, d dimensions.
"""

from typing import cast

import torch
from torch import Tensor, nn

from siger_pipeline.losses.ranking import bpr_of_rows
from siger_pipeline.losses.regularisation import frobenius
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import Linear, RawFeatures, xavier_table
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.projection import project_rows
from siger_pipeline.ops.tables import rows_of
from siger_pipeline.recommenders.vbpr.config import Config as VBPRConfig
from siger_pipeline.requests import features


class VBPR(DotProduct, Trained):
    """ID embeddings beside projected content, in 2d dimensions; BPR."""

    Config = VBPRConfig
    config: VBPRConfig

    def __init__(self, config: VBPRConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        d = config.dimension
        self.users = xavier_table(all_users(inputs.n_users), 2 * d, randomness)
        self.items = xavier_table(all_items(inputs.n_items), d, randomness)
        self.raw = nn.ModuleDict(
            {m: RawFeatures(inputs[features(m)]) for m in sorted(inputs.modalities)}
        )
        self.projection = Linear(
            sum(self._widths()), d, randomness, weights="xavier_normal", zero_bias=True
        )

    def _raw(self) -> list[RawFeatures]:
        return [cast(RawFeatures, raw) for raw in self.raw.values()]

    def _widths(self) -> list[int]:
        return [raw.table.shape[1] for raw in self._raw()]

    def content(self, rows: Tensor | None = None) -> Tensor:
        """x_i = W (E_m,i ‖ …) + b of some items, or all, [n, d]; modalities in order of names.

        It is the sum of W's products with each modality, so that no concatenation is stored.
        """
        of_modalities = self.projection.weight.split(self._widths(), dim=1)
        products = [
            project_rows(raw.table, rows, weight)
            for raw, weight in zip(self._raw(), of_modalities, strict=True)
        ]
        return torch.stack(products).sum(dim=0) + self.projection.bias

    def embed(self) -> tuple[Tensor, Tensor]:
        """E_U and E_I ‖ x, [U, 2d] and [I, 2d]."""
        return self.users, torch.cat([self.items, self.content()], dim=1)

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """`bpr` and `regularisation`, both on final rows; only the batch's items are projected."""
        rows = batch.item_rows
        of_users, positives, negatives = batch.pairs(
            rows_of(self.users, batch.user_rows),
            torch.cat([rows_of(self.items, rows), self.content(rows)], dim=1),
        )
        penalty = frobenius(of_users, positives, negatives, batch_size=len(of_users))
        return {
            "bpr": bpr_of_rows(of_users, positives, negatives),
            "regularisation": self.config.regularisation * penalty,
        }
