"""Hyperparameters of BM3."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, features, graph

BIPARTITE = graph("bipartite")


class Config(ModelConfig):
    """`bm3:` of the parameters; symbols in brackets."""

    recommender = "BM3"
    fewest_modalities = 1
    search: ClassVar = {"layers": (1, 2), "dropout": (0.3, 0.5), "regularisation": (0.1, 0.01)}

    dimension: int = Field(64, ge=1, description="[d] embedding size")
    layers: int = Field(1, ge=0, description="[L] propagation layers")
    dropout: float = Field(0.5, ge=0, lt=1, description="[q] rate of dropout on the targets")
    regularisation: float = Field(0.1, ge=0, description="[λ] weight of the regulariser")
    modal_weight: float = Field(2.0, ge=0, description="weight of the modalities' terms")
    train_features: bool = Field(True, description="train the raw features too")

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The user-item graph, and the features of each modality."""
        return (BIPARTITE, *(features(m) for m in modalities))
