"""Hyperparameters of SIGER."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, features, graph

BIPARTITE = graph("bipartite")


class Config(ModelConfig):
    """`siger:` of the parameters; the paper's symbols in brackets."""

    recommender = "SIGER"
    fewest_modalities = 1
    search: ClassVar = {
        "beta": (0.1, 0.2, 0.3, 0.4, 0.5),
        "tau_perturbation": (0.1, 0.2),
        "tau_modality": (0.1, 0.2),
        "tau_behaviour": (0.1, 0.2),
        "lambda_perturbation": (0.005, 0.01, 0.02, 0.03),
        "lambda_alignment": (0.005, 0.01, 0.02, 0.03),
        "cooccurrence_k": (2, 3, 5, 8, 10),
        "item_layers": (1, 2, 3, 4),
    }

    dimension: int = Field(64, ge=1, description="[d] embedding size")
    behaviour_layers: int = Field(3, ge=0, description="[L] layers of Eq. (1)")
    item_layers: int = Field(2, ge=1, description="layers of Eq. (10)")
    cooccurrence_k: int = Field(5, ge=1, description="[K] neighbours of an item in C̄, Eq. (4)")
    knn_k: int = Field(10, ge=1, description="neighbours in H̄_m, Eq. (6), the item itself counted")
    beta: float = Field(0.3, ge=0, le=1, description="[β] of C̄ in Eq. (7); 0 is the ablation −EISG")
    epsilon: float = Field(0.05, ge=0, description="[ε] reach of the perturbation, Eq. (12)")
    personalised: bool = Field(True, description="w of Eq. (12); false is the ablation −MP*")
    tau_perturbation: float = Field(0.2, gt=0, description="[τ0] of Eq. (13)")
    tau_modality: float = Field(0.2, gt=0, description="[τ1] of Eq. (14)")
    tau_behaviour: float = Field(0.2, gt=0, description="[τ2] of Eq. (16)")
    lambda_perturbation: float = Field(0.01, ge=0, description="[λ_p]; 0 is the ablation −MP")
    lambda_alignment: float = Field(0.01, ge=0, description="[λ_a]; 0 is the ablation −DA")
    lambda_regularisation: float = Field(1e-5, ge=0, description="[λ_r]")
    alignment: Literal["anchor", "standard"] = Field(
        "anchor", description="Eq. (14), or InfoNCE between two modalities: the ablation −DA*"
    )
    contrast: Literal["batch", "all"] = Field(
        "batch", description="rows in the denominators: the batch's distinct ones, or all"
    )
    contrast_block_mib: float = Field(
        64.0,
        gt=0,
        description="bound on the logits in memory at once, MiB",
        json_schema_extra={"names": False},
    )
    contrast_precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="of the matrix products of the denominators"
    )
    train_features: bool = Field(False, description="train the raw features too")

    def cooccurrence(self) -> Request:
        """C̄ of Eq. (5)."""
        return graph("cooccurrence", k=self.cooccurrence_k)

    def knn(self, modality: str) -> Request:
        """H̄_m of Eq. (6)."""
        return graph("knn", modality=modality, k=self.knn_k)

    def item_graphs(self, modality: str) -> tuple[Request, ...]:
        """C̄ and H̄_m, or the one of them to which β leaves all weight in Eq. (7)."""
        weights = {self.cooccurrence(): self.beta, self.knn(modality): 1 - self.beta}
        return tuple(request for request, weight in weights.items() if weight > 0)

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The user-item graph, and features and item graphs of each modality."""
        of_each = [request for m in modalities for request in (*self.item_graphs(m), features(m))]
        return tuple(dict.fromkeys((BIPARTITE, *of_each)))
