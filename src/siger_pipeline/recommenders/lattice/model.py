"""LATTICE: Zhang, Zhu, Liu, Wu, Wang, Wang. ACM MM 2021, arXiv 2104.09036, in MMRec's form.

An item graph by learned projections of the features, over LightGCN. An epoch's first batch builds
it, with gradients to what it is made of; the other batches take it as constant; scoring builds it
from the present weights. The raw features are trained unless `train_features` is false.

Departures: an item without features is its own only neighbour, where MMRec divides by zero, and a
row of the learned graph whose sum is not positive is left out, where it takes the root; the graph
is sparse, where MMRec's has I × I entries.

Shape suffixes: U users, I items, n and m distinct ones of a batch, N nodes, d dimensions.
"""

import torch
from torch import Tensor

from siger_pipeline.losses.ranking import bpr_of_rows
from siger_pipeline.losses.regularisation import half_squared
from siger_pipeline.models.batch import Batch
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.layers import xavier_table
from siger_pipeline.models.randomness import Randomness, all_items, all_users
from siger_pipeline.models.recommender import DotProduct, Trained
from siger_pipeline.ops.adam import Group
from siger_pipeline.ops.propagation import Graph
from siger_pipeline.ops.tables import rows_of
from siger_pipeline.ops.unit_rows import unit_rows
from siger_pipeline.recommenders.lattice.config import BIPARTITE
from siger_pipeline.recommenders.lattice.config import Config as LATTICEConfig
from siger_pipeline.recommenders.lattice.structure import ItemGraph, LatentStructure, ModalityGraph
from siger_pipeline.requests import features


class LATTICE(DotProduct, Trained):
    """LightGCN, plus items propagated over a latent item graph."""

    Config = LATTICEConfig
    config: LATTICEConfig

    def __init__(self, config: LATTICEConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__()
        self.config = config
        self.bipartite = Graph(inputs[BIPARTITE])
        self.users = xavier_table(all_users(inputs.n_users), config.dimension, randomness)
        self.items = xavier_table(all_items(inputs.n_items), config.dimension, randomness)
        projections = {
            m: ModalityGraph(
                inputs[features(m)],
                inputs[config.knn(m)],
                config.dimension,
                randomness,
                train_features=config.train_features,
            )
            for m in sorted(inputs.modalities)
        }
        self.structure = LatentStructure(projections, config.knn_k, config.skip)
        self.of_epoch: ItemGraph | None = None

    def optimiser_groups(self, learning_rate: float, weight_decay: float) -> list[Group]:
        """The tables, which each batch moves, and what only an epoch's first one does."""
        idle = self.config.idle_grad
        return [
            Group([self.users, self.items], learning_rate, weight_decay),
            Group(list(self.structure.parameters()), learning_rate, weight_decay, idle),
        ]

    def start_epoch(self, randomness: Randomness) -> None:
        """Forget the item graph: the next batch builds it."""
        self.of_epoch = None

    def final(
        self, graph: ItemGraph, user_rows: Tensor | None = None, item_rows: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Û and Î = Ī + h / ‖h‖ of some users and items, or all, with h = S^L E_I."""
        h_Id = graph.propagate(self.items, self.config.item_layers)
        users_Ud, items_Id = self._behaviour().split([len(self.users), len(self.items)])
        content = unit_rows(rows_of(h_Id, item_rows))
        return rows_of(users_Ud, user_rows), rows_of(items_Id, item_rows) + content

    def _behaviour(self) -> Tensor:
        """(1/(L + 1)) Σ_l A^l [E_U; E_I], A = (D + 1)^(−1) (G + 1), [N, d]."""
        start_Nd = torch.cat([self.users, self.items])
        sum_Nd, layers = start_Nd, self.config.behaviour_layers
        for _ in range(layers):
            sum_Nd = start_Nd + self.bipartite.propagate(sum_Nd)
        return sum_Nd / (layers + 1)

    def embed(self) -> tuple[Tensor, Tensor]:
        """Û and Î with the item graph by the present weights."""
        return self.final(self.structure())

    def loss(self, batch: Batch, randomness: Randomness) -> dict[str, Tensor]:
        """`bpr` and `regularisation` of final rows."""
        graph = self.structure() if self.of_epoch is None else self.of_epoch
        self.of_epoch = graph.detached()
        of_pairs = batch.pairs(*self.final(graph, batch.user_rows, batch.item_rows))
        penalty = half_squared(*of_pairs, batch_size=batch.full_size)
        return {
            "bpr": bpr_of_rows(*of_pairs),
            "regularisation": self.config.lambda_regularisation * penalty,
        }
