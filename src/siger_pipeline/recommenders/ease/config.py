"""Hyperparameters of EASE."""

from typing import ClassVar

from pydantic import Field

from siger_pipeline.models.config import ModelConfig


class Config(ModelConfig):
    """`ease:` of the parameters; symbols in brackets."""

    recommender = "EASE"
    train_settings = ()
    search: ClassVar = {"ridge": (50, 100, 200, 500, 1000)}

    ridge: float = Field(200.0, gt=0, description="[λ] weight of the penalty")
    solve_mib: float = Field(
        4096.0,
        gt=0,
        description="bound on the matrix of items that is inverted, MiB",
        json_schema_extra={"names": False},
    )
