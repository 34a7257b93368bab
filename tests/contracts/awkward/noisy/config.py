"""Hyperparameters of a recommender of the tests."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, features, graph

BIPARTITE = graph("bipartite")


class Config(ModelConfig):
    recommender = "Noisy"
    fewest_modalities = 1

    dimension: int = Field(16, ge=1, description="embedding size")
    hyperedges: int = Field(4, ge=1, description="of the items")
    dropout: float = Field(0.3, ge=0, lt=1, description="rate of every dropout")
    eval_noise: Literal["seeded", "off"] = Field(
        "seeded", description="Gumbel noise at scoring: that of a seed, or none"
    )

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        return (BIPARTITE, *map(features, modalities))
