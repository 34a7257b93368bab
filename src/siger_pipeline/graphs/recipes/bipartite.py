"""The user-item graph of LightGCN (He et al., SIGIR 2020, Eq. (3)) and SIGER, Eq. (1).

`mean` is that of LGMRec (Guo et al., AAAI 2024), `mean` with loops that of
LATTICE's public code (Zhang et al., ACM MM 2021), `symmetric` with loops that of MIG-GT (Hu et
al., AAAI 2025).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from siger_pipeline.graphs.recipe import GraphInputs, RecipeConfig

if TYPE_CHECKING:
    from scipy import sparse


class Config(RecipeConfig):
    """Parameters of the recipe."""

    reads_interactions: ClassVar[bool] = True
    joins_items: ClassVar[bool] = False

    normalisation: Literal["symmetric", "mean"] = Field(
        "symmetric", description="of the edges: (d_u d_i)^(−1/2), or 1 over the row's degree"
    )
    loops: bool = Field(
        False, description="whether all nodes, [U + I, U + I], are neighbours of themselves"
    )


def build(config: Config, inputs: GraphInputs) -> sparse.csr_matrix:
    """D_U^(−1/2) R D_I^(−1/2), CSR [U, I], unless the parameters say otherwise."""
    from siger_pipeline.graphs.bipartite import normalised_bipartite

    return normalised_bipartite(inputs.interactions, config.normalisation, loops=config.loops)
