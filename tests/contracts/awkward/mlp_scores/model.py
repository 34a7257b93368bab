"""A trained model that ranks by no dot product: a perceptron on both embeddings."""

import torch
from torch import Tensor, nn

from contracts.awkward.mlp_scores.config import Config as MlpConfig
from siger_pipeline.losses.ranking import bpr
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import Linear, normal_table
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import Trained


class MlpScores(Trained):
    """score_ui = out(tanh(of_users(E_u) + of_items(E_i)))."""

    Config = MlpConfig
    config: MlpConfig

    def __init__(self, config: MlpConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        users, items = all_users(inputs.n_users), all_items(inputs.n_items)
        self.users = normal_table(users, config.dimension, 0.5, randomness)
        self.items = normal_table(items, config.dimension, 0.5, randomness)
        self.of_users = Linear(config.dimension, config.hidden, randomness)
        self.of_items = Linear(config.dimension, config.hidden, randomness)
        self.out = nn.Parameter(randomness.normal(config.hidden))

    def scores(self, users: Tensor, items: Tensor) -> Tensor:
        hidden = torch.tanh(self.of_users(users) + self.of_items(items))
        return torch.linalg.vecdot(hidden, self.out)

    def score(self, users: Tensor) -> Tensor:
        with torch.no_grad():
            return self.scores(self.users[users].unsqueeze(1), self.items)

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        u, positive, negative = batch.pairs(
            self.users[batch.user_rows], self.items[batch.item_rows]
        )
        return {"bpr": bpr(self.scores(u, positive), self.scores(u, negative))}
