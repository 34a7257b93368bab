"""The nearest neighbours by one modality among pairs that all modalities hold similar.

A graph of DA-MRS (Xv et al., KDD 2024).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import Field, model_validator

from siger_pipeline.graphs.recipe import GraphInputs, RecipeConfig
from siger_pipeline.requests import Request, features

if TYPE_CHECKING:
    from scipy import sparse


class Config(RecipeConfig):
    """Parameters of the recipe."""

    is_memory_bounded: ClassVar[bool] = True

    modalities: tuple[str, ...] = Field(
        description="a pair's cosine is at least the mean one in each of them"
    )
    modality: str = Field(description="the one of them by which the nearest pairs are chosen")
    k: int = Field(ge=1, description="neighbours of each item at most, the item itself counted")

    @model_validator(mode="after")
    def _chooses_by_one_of_them(self) -> Self:
        if self.modality not in self.modalities:
            raise ValueError(
                f"the modality {self.modality!r} is none of the modalities "
                f"{', '.join(self.modalities) or '(none)'}: add it to them"
            )
        return self

    def requests(self) -> tuple[Request, ...]:
        """The features of all modalities."""
        return tuple(features(modality) for modality in self.modalities)


def build(config: Config, inputs: GraphInputs) -> sparse.csr_matrix:
    """D^(−1/2) N D^(−1/2) with D the row sums of the neighbours N, CSR [I, I]."""
    import numpy as np

    from siger_pipeline.graphs.dual_knn import dual_knn_graph
    from siger_pipeline.ops.allocator import keep_freed_memory

    keep_freed_memory()
    of = {m: inputs.features[features(m)] for m in config.modalities}
    missing = np.any([each.missing for each in of.values()], axis=0)
    own, *others = of.pop(config.modality), *of.values()
    return dual_knn_graph(
        own.matrix,
        [each.matrix for each in others],
        config.k,
        missing=missing,
        block_mib=inputs.block_mib,
    )
