"""Hyperparameters of FREEDOM."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from siger_pipeline.errors import ParameterError
from siger_pipeline.models.config import ByModality, ModelConfig
from siger_pipeline.requests import Request, features, graph

BIPARTITE = graph("bipartite")


class Config(ModelConfig):
    """`freedom:` of the parameters; the paper's symbols in brackets."""

    recommender = "FREEDOM"
    fewest_modalities = 1
    search: ClassVar = {  # MMRec
        "rho": (0.8, 0.9),
        "lambda_modal": (0.0, 1e-5, 1e-4, 1e-3),
    }

    dimension: int = Field(64, ge=1, description="[d] embedding size")
    behaviour_layers: int = Field(2, ge=0, description="[L_ui] layers of the user-item graph")
    item_layers: int = Field(1, ge=1, description="[L_ii] layers of the item graph")
    knn_k: int = Field(10, ge=1, description="[k] neighbours by features, the item itself counted")
    weights: ByModality[Annotated[float, Field(ge=0)]] = Field(
        {"image": 0.1, "text": 0.9},
        description="[α_m] of each modality's item graph; those present are scaled to sum 1",
    )
    rho: float = Field(0.8, ge=0, lt=1, description="[ρ] share of the edges that an epoch lacks")
    lambda_modal: float = Field(1e-3, ge=0, description="[λ] weight of BPR on projected features")
    train_features: bool = Field(True, description="train the raw features too")

    def knn(self, modality: str) -> Request:
        """Ã_m, the item graph of a modality."""
        return graph("knn", modality=modality, k=self.knn_k, weights="binary")

    def shares(self, modalities: Sequence[str]) -> dict[str, float]:
        """α_m of the modalities that are present and have a weight, with sum 1.

        Raises:
            ParameterError: one of several modalities is not in `weights`, or all have weight 0.
        """
        if len(modalities) == 1:
            return {modalities[0]: 1.0}
        given = ", ".join(f"{m} {weight:g}" for m, weight in self.weights.items())
        for modality in modalities:
            if modality not in self.weights:
                raise ParameterError(
                    f"freedom.weights has no weight for modality {modality} ({given}): the paper "
                    f"knows image and text alone, so give the others by freedom.weights.{modality}"
                )
        total = sum(self.weights[m] for m in modalities)
        if total == 0:
            raise ParameterError(
                f"freedom.weights ({given}) leaves no item graph of the modalities "
                f"{', '.join(modalities)}: give one of them a weight above 0"
            )
        return {m: self.weights[m] / total for m in sorted(modalities) if self.weights[m] > 0}

    def projected(self, modalities: Sequence[str]) -> list[str]:
        """The modalities whose features the λ-term reads: all, or none where λ = 0."""
        return sorted(modalities) if self.lambda_modal > 0 else []

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The user-item graph, the item graphs that have a weight, and features."""
        item_graphs = [self.knn(m) for m in self.shares(modalities)]
        return (BIPARTITE, *item_graphs, *(features(m) for m in self.projected(modalities)))
