"""Hyperparameters of VBPR."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, features


class Config(ModelConfig):
    """`vbpr:` of the parameters; symbols in brackets."""

    recommender = "VBPR"
    fewest_modalities = 1
    search: ClassVar = {  # MMRec's, and two values beyond its edge, where the best one lies
        "regularisation": (4.0, 3.0, 2.0, 1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5),
    }

    dimension: int = Field(64, ge=1, description="[d] of IDs and of content: users have 2 d")
    regularisation: float = Field(2.0, ge=0, description="[λ] weight of the regulariser")

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The features of each modality."""
        return tuple(features(m) for m in modalities)
