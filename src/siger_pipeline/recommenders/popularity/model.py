"""Popularity, a floor: every user gets the items with the most training interactions."""

import numpy as np
import torch
from torch import Tensor

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import ClosedForm
from siger_pipeline.recommenders.popularity.config import Config as PopularityConfig


class Popularity(ClosedForm):
    """score_ui = number of training interactions of i."""

    Config = PopularityConfig
    config: PopularityConfig

    def __init__(
        self, config: PopularityConfig, inputs: ModelInputs, randomness: Randomness
    ) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("counts", torch.zeros(inputs.n_items))

    def fit(self, inputs: ModelInputs, randomness: Randomness) -> None:
        """Count the training interactions of each item."""
        counts = np.asarray(inputs.interactions.sum(axis=0), dtype=np.float32).ravel()
        self.counts = torch.from_numpy(counts)

    def score(self, users: Tensor) -> Tensor:
        """The same counts for each user, [n, I]."""
        return self.counts.expand(len(users), -1)
