"""Hyperparameters of SLMRec."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, features, graph

BIPARTITE = graph("bipartite")
PAPER_ORDER = ("image", "audio", "text")  # in which its chain of contrasts takes up the modalities


class Config(ModelConfig):
    """`slmrec:` of the parameters; the paper's symbols in brackets."""

    recommender = "SLMRec"
    fewest_modalities = 1
    published: ClassVar = {"weight_decay": 1e-4}  # MMRec
    search: ClassVar = {  # MMRec; what it calls reg is read nowhere
        "train.learning_rate": (1e-4, 1e-3, 1e-2, 1e-1),
        "tau_fac": (0.1, 0.2, 0.5, 1.0),
        "alpha": (0.01, 0.05, 0.1, 0.5, 1.0),
    }

    dimension: int = Field(64, ge=2, description="[d] embedding size")
    layers: int = Field(3, ge=0, description="[L] propagation layers")
    tau: float = Field(0.2, gt=0, description="[τ] of the contrast of users with their items")
    tau_fac: float = Field(0.2, gt=0, description="[τ_s] of the contrasts between modalities")
    alpha: float = Field(0.01, ge=0, description="[α] weight of the contrasts between modalities")

    def ordered(self, modalities: Sequence[str]) -> list[str]:
        """The modalities in the paper's order, others after them."""
        known = [m for m in PAPER_ORDER if m in modalities]
        return [*known, *sorted(set(modalities) - set(known))]

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The user-item graph, and the features of each modality."""
        return (BIPARTITE, *(features(m) for m in self.ordered(modalities)))
