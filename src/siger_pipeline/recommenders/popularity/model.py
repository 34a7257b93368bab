"""Popularity, a floor: every user gets the items with the most training interactions."""

import numpy as np
import torch
from torch import Tensor

from siger_pipeline.models.base import ClosedFormRecommender
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.recommenders.popularity.config import Config as PopularityConfig


class Popularity(ClosedFormRecommender):
    """score_ui = number of training interactions of i."""

    Config = PopularityConfig

    def __init__(
        self, config: PopularityConfig, inputs: ModelInputs, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("counts", torch.zeros(inputs.n_items))

    def fit(self, inputs: ModelInputs, generator: torch.Generator) -> None:
        """Count."""
        counts = np.asarray(inputs.interactions.sum(axis=0), dtype=np.float32).ravel()
        self.counts = torch.from_numpy(counts)

    def score(self, users: Tensor) -> Tensor:
        """The same counts for each user, [n, I]."""
        return self.counts.expand(len(users), -1)
