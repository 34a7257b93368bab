"""Hyperparameters of a recommender of the tests."""

from pydantic import Field

from siger_pipeline.models.config import ModelConfig


class Config(ModelConfig):
    recommender = "MlpScores"

    dimension: int = Field(16, ge=1, description="embedding size")
    hidden: int = Field(16, ge=1, description="width of the hidden layer")
