"""Hyperparameters of content kNN."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from siger_pipeline.errors import ParameterError
from siger_pipeline.models.config import ByModality, ModelConfig
from siger_pipeline.requests import Request, graph

Weight = Annotated[float, Field(ge=0)]


class Config(ModelConfig):
    """`content_knn:` of the parameters; symbols in brackets."""

    recommender = "ContentKNN"
    train_settings = ()
    fewest_modalities = 1
    search: ClassVar = {"knn_k": (5, 10, 20, 50, 100, 200)}  # our own

    knn_k: int = Field(10, ge=2, description="neighbours of an item, the item itself counted")
    weights: ByModality[Weight] = Field(
        {}, description="[w_m] by modality: 1 where none is named, 0 leaves the modality out"
    )

    def near(self, modality: str) -> Request:
        """S_m."""
        return graph("knn", modality=modality, k=self.knn_k, weights="cosine", normalised=False)

    def weighted(self, modalities: Sequence[str]) -> dict[str, float]:
        """The modalities that count, each with its weight."""
        return {m: weight for m in modalities if (weight := self.weights.get(m, 1.0))}

    def requests(self, modalities: Sequence[str]) -> tuple[Request, ...]:
        """The nearest neighbours by each modality that counts.

        Raises:
            ParameterError: no modality has a weight.
        """
        weighted = self.weighted(modalities)
        if not weighted:
            raise ParameterError(
                f"content_knn.weights leaves out every modality ({', '.join(modalities)}): give "
                "one of them a weight above 0"
            )
        return tuple(map(self.near, weighted))
