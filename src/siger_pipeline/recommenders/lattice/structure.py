"""The item graph that LATTICE learns.

Shape suffixes: I items, M modalities, k neighbours, E entries, m feature dimensions, d dimensions.
"""

from collections.abc import Mapping
from typing import NamedTuple, cast

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from siger_pipeline.models.layers import Projection
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.ops.nearest import nearest_rows
from siger_pipeline.ops.support import Support
from siger_pipeline.ops.unit_rows import unit_rows


class ItemGraph(NamedTuple):
    """S: its entries' places, and their values, [E]."""

    support: Support
    values: Tensor

    def propagate(self, x_Id: Tensor, layers: int) -> Tensor:
        """S^L x, [I, d]."""
        for _ in range(layers):
            x_Id = self.support.product(self.values, x_Id)
        return x_Id

    def detached(self) -> "ItemGraph":
        """The same graph as a constant."""
        return ItemGraph(self.support, self.values.detach())


class ModalityGraph(Projection):
    """One modality: its raw features, their projection, and the graph S⁰_m of the initial ones."""

    has_none: Tensor
    rows: Tensor
    columns: Tensor
    values: Tensor

    def __init__(
        self,
        features: np.ndarray,
        frozen: sparse.csr_matrix,
        dimension: int,
        randomness: Randomness,
        *,
        train_features: bool,
    ) -> None:
        super().__init__(features, dimension, randomness, trained=train_features)
        places = frozen.tocoo()
        constants = {
            "rows": places.row.astype(np.int64),
            "columns": places.col.astype(np.int64),
            "values": places.data.astype(np.float32),
        }
        for name, array in constants.items():
            self.register_buffer(name, torch.from_numpy(array), persistent=False)
        has_none = (self.raw.table.detach() == 0).all(dim=1)
        self.register_buffer("has_none", has_none, persistent=False)

    def neighbours(self, k: int) -> tuple[Tensor, Tensor]:
        """K_m: columns and values of each item's neighbours by X_m = E_m W_mᵀ + b_m, [I, k] each.

        The values are cosines, with a gradient. Without features an item is its own only one.
        """
        has_none_I1 = self.has_none[:, None]
        unit_Id = unit_rows(self().masked_fill(has_none_I1, 0.0))
        columns_Ik = nearest_rows(unit_Id, k)
        number = len(unit_Id)
        itself_I = torch.arange(number, device=unit_Id.device)
        support = Support(itself_I.repeat_interleave(k), columns_Ik.flatten(), (number, number))
        cosines_Ik = support.dots(unit_Id, unit_Id).view(number, k)
        # Its cosine is 0 / 0, and its k entries are one.
        return columns_Ik, cosines_Ik.masked_fill(has_none_I1, 1 / k)


class LatentStructure(nn.Module):
    """S = (1 − λ) D^(−1/2) (Σ_m w_m K_m) D^(−1/2) + λ Σ_m w_m S⁰_m, w = softmax(a)."""

    def __init__(self, projections: Mapping[str, ModalityGraph], k: int, skip: float) -> None:
        """Take the modalities, and the k and λ of the paper."""
        super().__init__()
        self.projections = nn.ModuleDict(dict(projections))
        self.weights = nn.Parameter(torch.full((len(projections),), 0.5))  # a
        self.k, self.skip = k, skip

    def forward(self) -> ItemGraph:
        """S by the present weights, with gradients to all of them."""
        parts = [cast(ModalityGraph, part) for part in self.projections.values()]
        number = len(parts[0].has_none)
        k = min(self.k, number)
        shares_M = self.weights.softmax(0)
        neighbours = [part.neighbours(k) for part in parts]
        columns_IE = torch.cat([columns for columns, _ in neighbours], dim=1)
        weighted = [w * cosines for w, (_, cosines) in zip(shares_M, neighbours, strict=True)]
        learned_IE = _normalised(columns_IE, torch.cat(weighted, dim=1))
        itself_I = torch.arange(number, device=columns_IE.device)
        rows = [itself_I.repeat_interleave(columns_IE.shape[1]), *(part.rows for part in parts)]
        columns = [columns_IE.flatten(), *(part.columns for part in parts)]
        frozen = [w * part.values for w, part in zip(shares_M, parts, strict=True)]
        values = [(1 - self.skip) * learned_IE.flatten(), *(self.skip * x for x in frozen)]
        support = Support(torch.cat(rows), torch.cat(columns), (number, number))
        return ItemGraph(support, torch.cat(values))


def _normalised(columns_IE: Tensor, values_IE: Tensor) -> Tensor:
    """D^(−1/2) W D^(−1/2) with D the row sums of W at both ends; 0 where they are not positive."""
    sums_I = values_IE.sum(dim=1)
    is_positive_I = sums_I > 0
    scale_I = torch.where(is_positive_I, sums_I, 1.0).rsqrt() * is_positive_I
    return scale_I[:, None] * values_IE * scale_I[columns_IE]
