"""The user-item graph of LightGCN (He et al., SIGIR 2020, Eq. (3)) and SIGER, Eq. (1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from siger_pipeline.graphs.recipe import GraphInputs, RecipeConfig

if TYPE_CHECKING:
    from scipy import sparse


class Config(RecipeConfig):
    """It has no parameters."""

    reads_interactions: ClassVar[bool] = True
    joins_items: ClassVar[bool] = False


def build(config: Config, inputs: GraphInputs) -> sparse.csr_matrix:
    """D_U^(−1/2) R D_I^(−1/2), CSR [U, I]."""
    from siger_pipeline.graphs.bipartite import normalised_bipartite

    return normalised_bipartite(inputs.interactions)
