"""The hypergraph of one modality, and the contrast between those of two.

Shape suffixes: U users, I items, N either, A hyperedges, d dimensions, B pairs of a batch.
"""

from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from siger_pipeline.losses.contrastive import info_nce
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.randomness import Axis, Randomness


@dataclass(frozen=True)
class Hypergraph:
    """Users and items as mixtures of a modality's hyperedges.

    The layers X^l = H_I H_Iᵀ X^(l−1) and Y^l = H_U H_Iᵀ X^(l−1) are H_I Λ and H_U Λ, so that Λ of
    the last layer is all there is to compute.

    Attributes:
        users: H_U, memberships of the users, [U, A].
        items: H_I, of the items, [I, A].
        edges: Λ, embeddings of the hyperedges in the last layer, [A, d].
    """

    users: Tensor
    items: Tensor
    edges: Tensor

    @classmethod
    def of(cls, users: Tensor, items: Tensor, embeddings_Id: Tensor, layers: int) -> "Hypergraph":
        """Λ = (H_Iᵀ H_I)^(layers − 1) H_Iᵀ X⁰, from the items' embeddings X⁰."""
        edges = items.T @ embeddings_Id
        for _ in range(layers - 1):
            edges = items.T @ (items @ edges)
        return cls(users, items, edges)


def memberships(logits_NA: Tensor, axis: Axis, tau: float, noise: Randomness | None) -> Tensor:
    """softmax((z + g) / τ) of each row, g Gumbel noise, [N, A]; without noise g = 0."""
    if noise is not None:
        logits_NA = logits_NA + noise.gumbel(axis, logits_NA.shape[1])
    return torch.softmax(logits_NA / tau, dim=1)


def contrast(hypergraphs: list[Hypergraph], batch: Batch, tau: float) -> Tensor:
    """L_h: InfoNCE between two modalities' mixtures, over all users and over all items.

    The sum over the batch's pairs, duplicates kept, and over the unordered pairs of modalities.

    All mixtures lie in the span of a few hyperedges, and their cosines are the same in coordinates
    of that span, which shortens the products with all rows to as many dimensions. The basis is a
    constant: what it leaves out of a gradient is perpendicular to all that the loss depends on.
    """
    edges = in_their_span([hypergraph.edges for hypergraph in hypergraphs])
    users = [h.users @ edge for h, edge in zip(hypergraphs, edges, strict=True)]
    items = [h.items @ edge for h, edge in zip(hypergraphs, edges, strict=True)]
    means = [
        info_nce(one[rows_B], other[rows_B], tau, pool=other)
        for mixtures, rows_B in ((users, batch.users), (items, batch.positives))
        for one, other in combinations(mixtures, 2)
    ]
    return torch.stack(means).sum() * len(batch.users)


def in_their_span(edges: list[Tensor]) -> list[Tensor]:
    """Vectors [A, d] in coordinates of an orthonormal basis of their span, [A, fewer].

    They stay as they are where the span may be all d dimensions.
    """
    together = torch.cat(edges)
    if len(together) >= together.shape[1]:
        return edges
    with torch.no_grad():
        basis, _ = torch.linalg.qr(together.T)
    return [edge @ basis for edge in edges]
