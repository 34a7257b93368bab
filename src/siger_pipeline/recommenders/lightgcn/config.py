"""Hyperparameters of LightGCN."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, graph

BIPARTITE = graph("bipartite")


class Config(ModelConfig):
    """`lightgcn:` of the parameters."""

    recommender = "LightGCN"

    dimension: int = Field(ge=1, description="[d] embedding size")
    layers: int = Field(ge=0, description="[L] propagation layers")
    regularisation: float = Field(ge=0, description="[λ] weight of the regulariser")
    regulariser: Literal["frobenius", "half_squared"]
    initialisation: Literal["xavier", "normal"]

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The user-item graph."""
        return (BIPARTITE,)
