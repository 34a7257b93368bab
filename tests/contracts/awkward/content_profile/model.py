"""A closed form that ranks by a dot product: users are the sums of their items' features."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from contracts.awkward.content_profile.config import Config as ContentProfileConfig
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.models.recommender import ClosedForm, DotProduct
from siger_pipeline.requests import features


class ContentProfile(DotProduct, ClosedForm):
    """E_u = Σ E_i over the user's items, E_i the features at length 1."""

    Config = ContentProfileConfig
    config: ContentProfileConfig

    def __init__(
        self, config: ContentProfileConfig, inputs: ModelInputs, randomness: Randomness
    ) -> None:
        super().__init__()
        self.config = config
        width = sum(inputs[features(m)].shape[1] for m in inputs.modalities)
        for name, rows in (("users", inputs.n_users), ("items", inputs.n_items)):
            self.register_buffer(name, torch.empty(rows, width))

    def fit(self, inputs: ModelInputs, randomness: Randomness) -> None:
        raw = np.concatenate([inputs[features(m)] for m in sorted(inputs.modalities)], axis=1)
        self.items = functional.normalize(torch.tensor(raw))
        self.users = torch.from_numpy(inputs.interactions @ self.items.numpy())

    def embed(self) -> tuple[Tensor, Tensor]:
        return self.users, self.items
