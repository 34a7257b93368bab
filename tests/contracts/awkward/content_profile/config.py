"""Hyperparameters of a recommender of the tests."""

from collections.abc import Sequence

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, features


class Config(ModelConfig):
    recommender = "ContentProfile"
    fewest_modalities = 1

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        return tuple(map(features, modalities))
