"""Hyperparameters of LATTICE."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, features, graph

BIPARTITE = graph("bipartite", normalisation="mean", loops=True)


class Config(ModelConfig):
    """`lattice:` of the parameters; the paper's symbols in brackets."""

    recommender = "LATTICE"
    fewest_modalities = 1
    published: ClassVar = {"decay": 0.96, "decay_epochs": 50}
    search: ClassVar = {
        "lambda_regularisation": (0.0, 1e-5, 1e-4, 1e-3),
        "train.learning_rate": (1e-4, 5e-4, 1e-3, 5e-3),
    }

    dimension: int = Field(64, ge=1, description="[d, d'] size of embeddings and of X_m")
    behaviour_layers: int = Field(2, ge=0, description="layers of the user-item graph")
    item_layers: int = Field(1, ge=1, description="[L] layers of the item graph")
    knn_k: int = Field(10, ge=1, description="[k] neighbours of an item, the item itself counted")
    skip: float = Field(0.9, ge=0, le=1, description="[λ] of the raw features' graph in S")
    lambda_regularisation: float = Field(0.0, ge=0, description="[λ_r] weight of the regulariser")
    train_features: bool = Field(True, description="train the raw features too, as MMRec does")
    idle_grad: Literal["zero", "skip"] = Field(
        "zero",
        description="what learns the graph, in batches after an epoch's first: moved on by Adam's "
        "momentum (MMRec with PyTorch 1), or left alone (with PyTorch 2)",
    )

    def knn(self, modality: str) -> Request:
        """S⁰_m."""
        return graph("knn", modality=modality, k=self.knn_k, weights="cosine")

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The user-item graph, and features and item graph of each modality."""
        return (BIPARTITE, *(request for m in modalities for request in (self.knn(m), features(m))))
