"""Hyperparameters of neighbours."""

from collections.abc import Sequence

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, graph


class Config(ModelConfig):
    """`neighbours:` of the parameters."""

    recommender = "Neighbours"
    train_settings = ()

    least_users: int = Field(1, ge=1, description="users that two neighbours have in common")
    knn_k: int = Field(4, ge=1, description="neighbours by features, the item itself counted")

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """A graph of its own package, and one of features for each modality."""
        near = [graph("knn", modality=m, k=self.knn_k, weights="binary") for m in modalities]
        return (graph("common_users", least=self.least_users), *near)
