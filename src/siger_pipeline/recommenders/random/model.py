"""Random, a floor: each user gets the items in an order drawn once, uniformly."""

import torch
from torch import Tensor

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import ClosedForm
from siger_pipeline.recommenders.random.config import Config as RandomConfig

# Odd 64-bit constants of SplitMix64, whose output is uniform for consecutive counters.
GOLDEN = -7046029254386353131
MIX_1, MIX_2 = -4658895280553007687, -7723592293110705685


class Random(ClosedForm):
    """score_ui = uniform hash of (seed, u, i): nothing of size U × I is stored."""

    Config = RandomConfig
    config: RandomConfig

    def __init__(self, config: RandomConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        self.n_items = inputs.n_items
        for name, size in (("seed", ()), ("user_ids", inputs.n_users), ("item_ids", self.n_items)):
            self.register_buffer(name, torch.zeros(size, dtype=torch.int64))

    def fit(self, inputs: ModelInputs, randomness: Randomness) -> None:
        """Draw the seed."""
        self.seed = randomness.integers(2**62)
        self.user_ids = randomness.ids(all_users(inputs.n_users))
        self.item_ids = randomness.ids(all_items(inputs.n_items))

    def score(self, users: Tensor) -> Tensor:
        """Uniform in [0, 1), [n, I]."""
        counter = self.user_ids[users, None] * self.n_items + self.item_ids
        mixed = self.seed + (counter + 1) * GOLDEN
        mixed = (mixed ^ _shift(mixed, 30)) * MIX_1
        mixed = (mixed ^ _shift(mixed, 27)) * MIX_2
        mixed = mixed ^ _shift(mixed, 31)
        return _shift(mixed, 40).to(torch.float32) / 2**24


def _shift(x: Tensor, bits: int) -> Tensor:
    # Logical shift to the right: torch's own keeps the sign.
    return (x >> bits) & ((1 << (64 - bits)) - 1)
