"""Hyperparameters of matrix factorisation with BPR."""

from typing import ClassVar, Literal

from pydantic import Field

from siger_pipeline.models.config import ModelConfig


class Config(ModelConfig):
    """`mf_bpr:` of the parameters; symbols in brackets."""

    recommender = "MFBPR"
    search: ClassVar = {  # MMRec
        "regularisation": (2.0, 1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5),
    }

    dimension: int = Field(64, ge=1, description="[d] embedding size")
    regularisation: float = Field(0.1, ge=0, description="[λ] weight of the regulariser")
    regulariser: Literal["frobenius", "half_squared"] = Field(
        "frobenius",
        description="norms of the batch's rows: unsquared (MMRec), or half the squares (the paper)",
    )
