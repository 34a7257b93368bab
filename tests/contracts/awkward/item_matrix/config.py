"""Hyperparameters of a recommender of the tests."""

from pydantic import Field

from siger_pipeline.models.config import ModelConfig


class Config(ModelConfig):
    recommender = "ItemMatrix"

    ridge: float = Field(10.0, gt=0, description="weight of the penalty")
