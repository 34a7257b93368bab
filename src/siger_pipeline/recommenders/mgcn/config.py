"""Hyperparameters of MGCN."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, features, graph

BIPARTITE = graph("bipartite")


class Config(ModelConfig):
    """`mgcn:` of the parameters; the paper's symbols in brackets."""

    recommender = "MGCN"
    fewest_modalities = 1
    published: ClassVar = {"decay": 0.96, "decay_epochs": 50}
    search: ClassVar = {"lambda_contrast": (0.001, 0.01, 0.1)}

    dimension: int = Field(64, ge=1, description="[d] embedding size")
    behaviour_layers: int = Field(2, ge=0, description="layers of the user-item view")
    item_layers: int = Field(1, ge=1, description="layers of the item-item view")
    knn_k: int = Field(10, ge=1, description="[K] neighbours in S_m, the item itself counted")
    lambda_contrast: float = Field(
        0.01, ge=0, description="[λ_C] weight of the contrast; 0 leaves it out"
    )
    lambda_regularisation: float = Field(1e-4, ge=0, description="[λ_E] weight of the regulariser")
    tau: float = Field(0.2, gt=0, description="[τ] temperature of the contrast")
    train_features: bool = Field(True, description="train the raw features too, as MMRec does")

    def knn(self, modality: str) -> Request:
        """S_m."""
        return graph("knn", modality=modality, k=self.knn_k, weights="cosine")

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The user-item graph, and features and item graph of each modality."""
        return (BIPARTITE, *(request for m in modalities for request in (self.knn(m), features(m))))
