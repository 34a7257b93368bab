"""The nearest neighbours of the items by the features of one modality.

`half_cosine` is H̄_m of SIGER, Eq. (6); `cosine` is the graph of LATTICE (Zhang et al., ACM MM
2021) and MGCN (Yu et al., ACM MM 2023); `binary` is that of FREEDOM (Zhou, Shen, ACM MM 2023).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from siger_pipeline.graphs.recipe import GraphInputs, RecipeConfig
from siger_pipeline.requests import Request, features

if TYPE_CHECKING:
    from scipy import sparse


class Config(RecipeConfig):
    """Parameters of the recipe."""

    is_memory_bounded: ClassVar[bool] = True

    modality: str = Field(description="whose features are compared")
    k: int = Field(ge=1, description="neighbours of each item, the item itself counted")
    weights: Literal["half_cosine", "cosine", "binary"] = Field(
        "half_cosine", description="of the edges: (1 + cosine) / 2, the cosine, or 1"
    )
    normalised: bool = Field(True, description="whether D^(−1/2) stands on both sides of them")

    def requests(self) -> tuple[Request, ...]:
        """The features of the modality."""
        return (features(self.modality),)


def build(config: Config, inputs: GraphInputs) -> sparse.csr_matrix:
    """D^(−1/2) W D^(−1/2) with D the row sums of the weights W, or W itself, CSR [I, I]."""
    from siger_pipeline.graphs.knn import knn_graph
    from siger_pipeline.ops.allocator import keep_freed_memory

    keep_freed_memory()
    (compared,) = inputs.features.values()
    return knn_graph(
        compared.matrix,
        config.k,
        missing=compared.missing,
        weights=config.weights,
        normalised=config.normalised,
        block_mib=inputs.block_mib,
    )
