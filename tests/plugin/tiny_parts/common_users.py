"""Pairs of items that enough users have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from siger_pipeline.graphs.recipe import GraphInputs, RecipeConfig

if TYPE_CHECKING:
    from scipy import sparse


class Config(RecipeConfig):
    """Parameters of the recipe."""

    reads_interactions: ClassVar[bool] = True

    least: int = Field(ge=1, description="users that two neighbours have in common")


def build(config: Config, inputs: GraphInputs) -> sparse.csr_matrix:
    """1 where at least so many users have both items, CSR [I, I]."""
    from siger_pipeline.ops.sparse import canonical

    assert inputs.interactions is not None
    common = (inputs.interactions.T @ inputs.interactions).tocsr()
    common.data = (common.data >= config.least).astype("float32")
    return canonical(common)
