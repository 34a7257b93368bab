"""Hyperparameters of SIGER."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, features, graph

BIPARTITE = graph("bipartite")


class Config(ModelConfig):
    """`siger:` of the parameters; the paper's symbols in brackets."""

    recommender = "SIGER"
    fewest_modalities = 1

    dimension: int = Field(ge=1, description="[d] embedding size")
    behaviour_layers: int = Field(ge=0, description="[L] layers of Eq. (1)")
    item_layers: int = Field(ge=1, description="layers of Eq. (10)")
    cooccurrence_k: int = Field(ge=1, description="[K] neighbours of an item in C̄, Eq. (4)")
    knn_k: int = Field(ge=1, description="neighbours in H̄_m, Eq. (6), the item itself counted")
    beta: float = Field(ge=0, le=1, description="[β] weight of C̄ in Eq. (7); 0: ablation −EISG")
    epsilon: float = Field(ge=0, description="[ε] reach of the perturbation, Eq. (12)")
    personalised: bool = Field(description="w of Eq. (12); false is the ablation −MP*")
    tau_perturbation: float = Field(gt=0, description="[τ0] of Eq. (13)")
    tau_modality: float = Field(gt=0, description="[τ1] of Eq. (14)")
    tau_behaviour: float = Field(gt=0, description="[τ2] of Eq. (16)")
    lambda_perturbation: float = Field(ge=0, description="[λ_p]; 0 is the ablation −MP")
    lambda_alignment: float = Field(ge=0, description="[λ_a]; 0 is the ablation −DA")
    lambda_regularisation: float = Field(ge=0, description="[λ_r]")
    alignment: Literal["anchor", "standard"] = Field(
        description="Eq. (14), or InfoNCE between two modalities: the ablation −DA*"
    )
    contrast: Literal["batch", "all"] = Field(
        description="whom the denominators run over: the batch's distinct rows, or all"
    )
    contrast_block_mib: float = Field(
        gt=0,
        description="bound on the logits held at once, MiB",
        json_schema_extra={"names": False},
    )
    contrast_precision: Literal["float32", "bfloat16"] = Field(
        description="of the matrix products of the denominators"
    )
    train_features: bool = Field(description="train the raw features too")

    def cooccurrence(self) -> Request:
        """C̄ of Eq. (5)."""
        return graph("cooccurrence", k=self.cooccurrence_k)

    def knn(self, modality: str) -> Request:
        """H̄_m of Eq. (6)."""
        return graph("knn", modality=modality, k=self.knn_k)

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """Graphs and features of every modality."""
        of_each = [request for m in modalities for request in (features(m), self.knn(m))]
        return (BIPARTITE, self.cooccurrence(), *of_each)
