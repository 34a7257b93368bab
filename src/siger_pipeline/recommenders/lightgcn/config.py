"""Hyperparameters of LightGCN."""

from typing import Literal

from pydantic import Field

from siger_pipeline.models.config import ModelConfig


class Config(ModelConfig):
    """`lightgcn:` of the parameters."""

    recommender = "LightGCN"
    needs = frozenset({"bipartite"})

    dimension: int = Field(ge=1, description="[d] embedding size")
    layers: int = Field(ge=0, description="[L] propagation layers")
    regularisation: float = Field(ge=0, description="[λ] weight of the regulariser")
    regulariser: Literal["frobenius", "half_squared"]
    initialisation: Literal["xavier", "normal"]
