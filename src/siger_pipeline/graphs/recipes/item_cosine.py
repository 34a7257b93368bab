"""The items that the same users have, by the cosine of their columns: ItemKNN's neighbours.

Sarwar, Karypis, Konstan, Riedl, WWW 2001, for interactions without ratings.
"""

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

    k: int = Field(ge=1, description="largest cosines of each row, the item itself left out")
    shrinkage: float = Field(0.0, ge=0, description="[h] added to the cosine's denominator")


def build(config: Config, inputs: GraphInputs) -> sparse.csr_matrix:
    """S, CSR [I, I]."""
    from siger_pipeline.graphs.item_cosine import item_cosine_graph

    return item_cosine_graph(
        inputs.interactions, config.k, config.shrinkage, block_mib=inputs.block_mib
    )
