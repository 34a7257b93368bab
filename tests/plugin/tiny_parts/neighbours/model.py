"""Scores by the neighbours of a user's items."""

import torch
from torch import Tensor

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import ClosedForm
from tiny_parts.neighbours.config import Config as NeighboursConfig


class Neighbours(ClosedForm):
    """ŷ = R (A + Σ_m H_m): weights of the neighbours, summed."""

    Config = NeighboursConfig
    config: NeighboursConfig

    def __init__(
        self, config: NeighboursConfig, inputs: ModelInputs, randomness: Randomness
    ) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("scores", torch.zeros(inputs.n_users, inputs.n_items))

    def fit(self, inputs: ModelInputs, randomness: Randomness) -> None:
        """Add up the graphs."""
        graphs = [inputs[request] for request in self.config.requests(inputs.modalities)]
        self.scores = torch.from_numpy((inputs.interactions @ sum(graphs)).toarray())

    def score(self, users: Tensor) -> Tensor:
        """ŷ of some users, [n, I]."""
        return self.scores[users]
