"""Hyperparameters of SIGER."""

from typing import Literal

from pydantic import Field

from siger_pipeline.models.config import ModelConfig


class Config(ModelConfig):
    """`siger:` of the parameters; the paper's symbols in brackets."""

    recommender = "SIGER"
    needs = frozenset({"bipartite", "features", "enhanced"})

    dimension: int = Field(64, ge=1, description="[d] embedding size")
    behaviour_layers: int = Field(3, ge=0, description="[L] layers of Eq. (1)")
    item_layers: int = Field(2, ge=1, description="layers of Eq. (10)")
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
        64.0, gt=0, description="bound on the logits in memory at once, MiB"
    )
    contrast_precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="of the matrix products of the denominators"
    )
    train_features: bool = Field(False, description="train the raw features too")
