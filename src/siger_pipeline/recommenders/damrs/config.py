"""Hyperparameters of DA-MRS."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, graph

BIPARTITE = graph("bipartite")


class Config(ModelConfig):
    """`damrs:` of the parameters; symbols in brackets."""

    recommender = "DAMRS"
    fewest_modalities = 1
    published: ClassVar = {"batch_size": 4096, "patience": 25}
    search: ClassVar = {  # the authors' code
        "behaviour_layers": (1, 2, 3),
        "item_layers": (1, 2),
        "knn_k": (5, 10, 15, 20),
        "lambda_align_user": (10.0, 1.0, 0.1, 1e-2, 1e-3, 1e-4, 0.0),
        "lambda_align_item": (1.0, 0.1, 1e-2, 1e-3, 1e-4, 0.0),
        "train.learning_rate": (1e-3, 5e-4, 1e-4),
    }

    dimension: int = Field(64, ge=1, description="[d] embedding size")
    behaviour_layers: int = Field(2, ge=0, description="[L_ui] layers of the user-item graph")
    item_layers: int = Field(1, ge=1, description="layers of each item graph")
    knn_k: int = Field(
        10, ge=1, description="[k] neighbours in a modality's graph, the item itself counted"
    )
    behaviour_k: int = Field(
        2, ge=1, description="neighbours in the item graph of behaviour beside the item itself"
    )
    behaviour_least: int = Field(
        2, ge=1, description="users in common with each neighbour in the item graph of behaviour"
    )
    denoised: bool = Field(True, description="weights of BPR; false is w⁺ = 1, w⁻ = 0")
    mean_power: float = Field(
        1.5, ge=0, description="[a] power of the graphs' mean prediction in w⁺"
    )
    variance_weight: float = Field(
        1.5, ge=0, description="[b] of the variance of the graphs' predictions in w⁺"
    )
    lambda_align_user: float = Field(
        1.0, ge=0, description="[λ_k] weight of the alignment with users (AU)"
    )
    lambda_align_item: float = Field(
        1e-3,
        ge=0,
        description="[λ_n] weight of the alignment of items (AI); from 0.1 training collapses",
    )
    tau: float = Field(0.2, ge=0.05, description="[τ] of the alignment of items")
    contrast_k: int = Field(10, ge=1, description="items of N₁ and of N₂, alignment of items")
    contrast_block_mib: float = Field(
        64.0,
        gt=0,
        description="bound on what the alignments compute at once, MiB",
        json_schema_extra={"names": False},
    )

    def knn(self, modality: str, modalities: Sequence[str]) -> Request:
        """S_m."""
        return graph(
            "dual_knn", modality=modality, modalities=tuple(sorted(modalities)), k=self.knn_k
        )

    def behaviour(self) -> Request:
        """S_s."""
        return graph("iib", k=self.behaviour_k, least=self.behaviour_least)

    def item_graphs(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """S_g of all g in Γ: the modalities in alphabetical order, then behaviour."""
        return (*(self.knn(m, modalities) for m in sorted(modalities)), self.behaviour())

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The user-item graph and the item graphs; features are read by these alone."""
        return (BIPARTITE, *self.item_graphs(modalities))
