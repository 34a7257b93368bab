"""Hyperparameters of a recommender of the tests."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from siger_pipeline.models.config import ModelConfig


class Config(ModelConfig):
    recommender = "NoNegatives"
    published: ClassVar[Mapping[str, Any]] = {"weight_decay": 1e-4}

    dimension: int = Field(16, ge=1, description="embedding size")
    tau: float = Field(0.2, gt=0, description="temperature of the contrast")
