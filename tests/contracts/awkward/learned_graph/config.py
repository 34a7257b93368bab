"""Hyperparameters of a recommender of the tests."""

from collections.abc import Sequence

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, features, graph

BIPARTITE = graph("bipartite", loops=False)  # the default, spelt out


class Config(ModelConfig):
    recommender = "LearnedGraph"
    fewest_modalities = 1

    dimension: int = Field(16, ge=1, description="embedding size")
    # All of the small world: which items are neighbours is no differentiable choice, and the
    # suite compares gradients with finite differences.
    k: int = Field(40, ge=1, description="neighbours of an item in the learned graph")
    frozen_k: int = Field(5, ge=1, description="neighbours of an item by its raw features")
    frozen: float = Field(0.5, ge=0, le=1, description="weight of the graph of the raw features")

    def knn(self, modality: str) -> Request:
        return graph("knn", modality=modality, k=self.frozen_k)

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        of_each = [request for m in modalities for request in (features(m), self.knn(m))]
        return (BIPARTITE, *of_each)
