"""Hyperparameters of LightGCN."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, graph

BIPARTITE = graph("bipartite")


class Config(ModelConfig):
    """`lightgcn:` of the parameters; symbols in brackets."""

    recommender = "LightGCN"
    search: ClassVar = {  # MMRec
        "layers": (1, 2, 3, 4),
        "regularisation": (1e-2, 1e-3, 1e-4, 1e-5, 1e-6),
    }

    dimension: int = Field(64, ge=1, description="[d] embedding size")
    layers: int = Field(3, ge=0, description="[L] propagation layers")
    regularisation: float = Field(1e-4, ge=0, description="[λ] weight of the regulariser")
    regulariser: Literal["frobenius", "half_squared"] = Field(
        "frobenius", description="norms of the batch's rows: unsquared (MMRec), or half the squares"
    )
    initialisation: Literal["xavier", "normal"] = Field(
        "xavier", description="Xavier uniform (MMRec), or normal with deviation 0.1 (the authors)"
    )

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The user-item graph."""
        return (BIPARTITE,)
