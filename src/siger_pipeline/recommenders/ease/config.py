"""Hyperparameters of EASE."""

from typing import ClassVar

from pydantic import Field

from siger_pipeline.models.solve_config import SolveConfig


class Config(SolveConfig):
    """`ease:` of the parameters; symbols in brackets."""

    recommender = "EASE"
    train_settings = ()
    search: ClassVar = {"ridge": (50, 100, 200, 500, 1000)}

    ridge: float = Field(200.0, gt=0, description="[λ] weight of the penalty")
