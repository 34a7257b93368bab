"""Noise at scoring, as the public code of some models has it, made a function of the checkpoint."""

import torch
from torch import Tensor

from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import Trained

SEEDS = 2**62


class NoisyScores(Trained):
    """A model whose scores involve draws; the seed of these is part of the checkpoint.

    Attributes:
        noise_seed: int64 scalar.
    """

    noise_seed: Tensor

    def seed_noise(self, randomness: Randomness, *, each_epoch: bool) -> None:
        """Draw the seed; ``each_epoch`` draws another one at the start of each epoch."""
        self._stream, self._seeds_each_epoch = randomness, each_epoch
        self.register_buffer("noise_seed", randomness.integers(SEEDS))

    def start_epoch(self, randomness: Randomness) -> None:
        """Renew the seed, if each epoch has its own."""
        if self._seeds_each_epoch:
            self.noise_seed.copy_(randomness.integers(SEEDS))

    def noise(self, device: torch.device) -> Randomness:
        """The stream of the seed, from its start."""
        return self._stream.reseeded(int(self.noise_seed), device)
