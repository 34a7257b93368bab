"""The co-occurrence graph of SIGER, Eqs. (3)–(5): items that the same users have."""

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

    k: int = Field(ge=1, description="[K] largest weights of each row, Eq. (4)")


def build(config: Config, inputs: GraphInputs) -> sparse.csr_matrix:
    """C̄, CSR [I, I]."""
    from siger_pipeline.graphs.cooccurrence import cooccurrence_graph

    return cooccurrence_graph(inputs.interactions, config.k, block_mib=inputs.block_mib)
