"""Hyperparameters of a recommender of the tests."""

from collections.abc import Sequence

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, graph

BIPARTITE = graph("bipartite")


class Config(ModelConfig):
    recommender = "RedrawnGraph"

    dimension: int = Field(16, ge=1, description="embedding size")
    dropped: float = Field(0.5, ge=0, lt=1, description="share of the edges that an epoch lacks")

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        return (BIPARTITE,)
