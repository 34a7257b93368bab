"""Random, a floor: each user gets the items in an order drawn once, uniformly."""

import torch
from torch import Tensor

from siger_pipeline.models.base import ClosedFormRecommender
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.recommenders.random.config import Config as RandomConfig

# Odd 64-bit constants of SplitMix64, whose output is uniform for consecutive counters.
GOLDEN = -7046029254386353131
MIX_1, MIX_2 = -4658895280553007687, -7723592293110705685


class Random(ClosedFormRecommender):
    """score_ui = uniform hash of (seed, u, i): nothing of size U × I is stored."""

    Config = RandomConfig

    def __init__(
        self, config: RandomConfig, inputs: ModelInputs, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.config = config
        self.n_items = inputs.n_items
        self.register_buffer("seed", torch.zeros((), dtype=torch.int64))

    def fit(self, inputs: ModelInputs, generator: torch.Generator) -> None:
        """Draw the seed."""
        self.seed = torch.randint(2**62, (), generator=generator)

    def score(self, users: Tensor) -> Tensor:
        """Uniform in [0, 1), [n, I]."""
        counter = users[:, None] * self.n_items + torch.arange(self.n_items, device=users.device)
        mixed = self.seed + (counter + 1) * GOLDEN
        mixed = (mixed ^ _shift(mixed, 30)) * MIX_1
        mixed = (mixed ^ _shift(mixed, 27)) * MIX_2
        mixed = mixed ^ _shift(mixed, 31)
        return _shift(mixed, 40).to(torch.float32) / 2**24


def _shift(x: Tensor, bits: int) -> Tensor:
    # Logical shift to the right: torch's own keeps the sign.
    return (x >> bits) & ((1 << (64 - bits)) - 1)
