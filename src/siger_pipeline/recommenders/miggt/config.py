"""Hyperparameters of MIG-GT."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field, NonNegativeInt

from siger_pipeline.models.config import ByModality, ModelConfig
from siger_pipeline.requests import Request, features, graph

BIPARTITE = graph("bipartite", loops=True)


def _rate(default: float, description: str) -> float:
    """A dropout rate."""
    rate: float = Field(default, ge=0, lt=1, description=f"dropout rate {description}")
    return rate


class Config(ModelConfig):
    """`miggt:` of the parameters; the paper's symbols, or those of its code, in brackets."""

    recommender = "MIGGT"
    fewest_modalities = 1
    published: ClassVar = {  # Baby's configuration in the public code
        "learning_rate": 1e-2,
        "decay": 0.99,
        "batch_size": 8000,
        "max_epochs": 300,
        "evaluate_every": 20,
        "patience": 100,
    }

    dimension: int = Field(64, ge=1, description="[d] embedding size")
    hidden: int = Field(512, ge=1, description="[h] hidden units of each modality's MLP")
    user_layers: int = Field(4, ge=0, description="[K_E] propagation steps of the users' table")
    layers: int = Field(2, ge=0, description="[K_m] of a modality not named in modality_layers")
    modality_layers: ByModality[NonNegativeInt] = Field(
        {"image": 1}, description="[K_m] propagation steps by modality"
    )
    alpha: float = Field(0.1, gt=0, description="[α] share of the start in each step")
    beta: float = Field(0.9, ge=0, description="[β] share of the neighbours in each step")
    samples: int = Field(10, ge=1, description="[C] random items that a node attends to")
    input_dropout: float = _rate(0.3, "[p_in] of the features")
    hidden_dropout: float = _rate(0.3, "[p_f] of the MLPs' hidden units")
    user_dropout: float = _rate(0.3, "[p_u] of the users' table")
    item_dropout: float = _rate(0.3, "[p_i] of the encoded features")
    edge_dropout: float = _rate(0.2, "[p_e] of the graph's directed edges, loops included")
    final_dropout: float = _rate(0.2, "[p_z] of the channels' sum")
    tur: float = Field(1.0, ge=0, description="weight of the unsmoothness term; 0 is without it")
    regularisation: float = Field(1e-5, ge=0, description="[λ] of half the squared embeddings")
    negatives: Literal["any", "unseen", "unseen_trained"] = Field(
        "any",
        description="drawn from all items, those that the user lacks, or trained ones of them",
    )
    eval_noise: Literal["seeded", "fresh", "off"] = Field(
        "seeded",
        description="items sampled at scoring: one draw for the whole training, one for each epoch "
        "(the public code: each scoring), or the mean over eight",
    )

    def layers_of(self, modality: str) -> int:
        """K_m."""
        return self.modality_layers.get(modality, self.layers)

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The user-item graph with loops, and the features of each modality."""
        return (BIPARTITE, *map(features, modalities))
