"""Hyperparameters of random."""

from siger_pipeline.models.config import ModelConfig


class Config(ModelConfig):
    """`random:` of the parameters: it has none; the seed is the training's."""

    recommender = "Random"
    train_settings = ("seed",)
