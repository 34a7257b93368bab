"""Hyperparameters of ItemKNN."""

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from siger_pipeline.models.config import ModelConfig
from siger_pipeline.requests import Request, graph


class Config(ModelConfig):
    """`itemknn:` of the parameters; symbols in brackets."""

    recommender = "ItemKNN"
    train_settings = ()
    search: ClassVar = {  # our own
        "k": (10, 50, 100, 200, 500, 1000),
        "shrinkage": (0, 10, 30, 100, 300),
    }

    k: int = Field(1000, ge=1, description="neighbours of an item, the item itself left out")
    shrinkage: float = Field(100.0, ge=0, description="[h] added to the cosine's denominator")

    def cosines(self) -> Request:
        """S."""
        return graph("item_cosine", k=self.k, shrinkage=self.shrinkage)

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The cosines of the items' columns."""
        return (self.cosines(),)
