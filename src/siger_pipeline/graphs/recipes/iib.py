"""The item graph of user behaviour of DA-MRS (Xv et al., KDD 2024), from users in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from siger_pipeline.graphs.recipe import GraphInputs, RecipeConfig

if TYPE_CHECKING:
    from scipy import sparse


class Config(RecipeConfig):
    """Parameters of the recipe."""

    reads_interactions: ClassVar[bool] = True
    is_memory_bounded: ClassVar[bool] = True

    k: int = Field(2, ge=1, description="neighbours of each item beside itself")
    least: int = Field(2, ge=1, description="users that two neighbours have in common")


def build(config: Config, inputs: GraphInputs) -> sparse.csr_matrix:
    """D^(−1/2) N D^(−1/2) with D the row sums of the neighbours N, CSR [I, I]."""
    from siger_pipeline.graphs.cooccurrence import user_behaviour_graph

    return user_behaviour_graph(
        inputs.interactions, config.k, least=config.least, block_mib=inputs.block_mib
    )
