"""Hyperparameters of popularity."""

from siger_pipeline.models.config import ModelConfig


class Config(ModelConfig):
    """`popularity:` of the parameters: it has none."""

    recommender = "Popularity"
    train_settings = ()
