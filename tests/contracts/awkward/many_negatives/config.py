"""Hyperparameters of a recommender of the tests."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from siger_pipeline.models.config import ModelConfig


class Config(ModelConfig):
    recommender = "ManyNegatives"
    published: ClassVar[Mapping[str, Any]] = {
        "batch_size": 8000,
        "learning_rate": 0.02,
        "decay": 0.99,
        "least_learning_rate": 0.001,
        "evaluate_every": 2,
        "patience": 100,
    }

    dimension: int = Field(16, ge=1, description="embedding size")
    negatives: int = Field(4, ge=1, description="of each pair, among all items")
