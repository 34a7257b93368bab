"""Hyperparameters of LGMRec."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, features, graph

BIPARTITE = graph("bipartite")
TENTHS = tuple(tenth / 10 for tenth in range(11))
WEIGHTS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1)


class Config(ModelConfig):
    """`lgmrec:` of the parameters; the paper's symbols in brackets."""

    recommender = "LGMRec"
    fewest_modalities = 1
    search: ClassVar = {  # the authors' configuration
        "behaviour_layers": (1, 2, 3, 4),
        "modality_layers": (0, 1, 2, 3, 4),
        "hyper_layers": (1, 2, 3, 4),
        "hyperedges": (2, 4, 8, 16, 32, 64, 128, 256),
        "keep": TENTHS[1:],
        "alpha": TENTHS,
        "lambda_contrast": WEIGHTS,
        "lambda_regularisation": WEIGHTS,
    }

    dimension: int = Field(64, ge=1, description="[d] embedding size")
    behaviour_layers: int = Field(
        2, ge=0, description="[L_ui] layers of the collaborative embeddings"
    )
    modality_layers: int = Field(2, ge=0, description="[L_mm] layers of the modal embeddings")
    hyper_layers: int = Field(1, ge=1, description="[L_h] layers of the hypergraphs")
    hyperedges: int = Field(4, ge=1, description="[A] hyperedges of a modality")
    keep: float = Field(
        0.5, gt=0, le=1, description="[r] probability that dropout keeps a membership in training"
    )
    alpha: float = Field(0.3, ge=0, description="[α] weight of the global embeddings")
    tau: float = Field(0.2, gt=0, description="[τ] temperature of memberships and contrast")
    lambda_contrast: float = Field(
        1e-4, ge=0, description="[λ_c] of a sum over the batch: it grows with train.batch_size"
    )
    lambda_regularisation: float = Field(1e-6, ge=0, description="[λ_r]")
    eval_noise: Literal["seeded", "fresh", "off"] = Field(
        "seeded",
        description="Gumbel noise of the memberships at scoring: one draw for the whole training, "
        "one for each epoch, or none",
    )

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The user-item graph, and the features of each modality."""
        return (BIPARTITE, *(features(m) for m in modalities))
