"""LightGCN and SIGER as research code writes them, from the papers' formulas.

Products with COO matrices through autograd, terms one after another. Shape suffixes: U users,
I items, N = U + I, d dimensions, n rows of a contrast.
"""

from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional

from siger_pipeline.graphs.enhance import enhance
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.recommenders.siger.config import BIPARTITE, Config
from siger_pipeline.requests import features


class Batch(NamedTuple):
    """Training pairs with one negative each, int64 [B]."""

    users: Tensor
    positives: Tensor
    negatives: Tensor


def coo(matrix: sparse.csr_matrix) -> Tensor:
    """A sparse matrix as a COO tensor."""
    entries = matrix.tocoo()
    index = torch.from_numpy(np.stack([entries.row, entries.col]).astype(np.int64))
    values = torch.from_numpy(entries.data)
    return torch.sparse_coo_tensor(index, values, entries.shape, check_invariants=False).coalesce()


def whole_graph(bipartite: sparse.csr_matrix) -> Tensor:
    """Eq. (1): the blocks [0 R̄; R̄ᵀ 0], COO [N, N]."""
    return coo(sparse.block_array([[None, bipartite], [bipartite.T, None]], format="csr"))


class PlainLightGCN(nn.Module):
    """LightGCN: mean of L + 1 layers, BPR, norms of the batch's layer-0 rows."""

    def __init__(
        self, inputs: ModelInputs, dimension: int, layers: int, regularisation: float
    ) -> None:
        super().__init__()
        self.layers, self.regularisation = layers, regularisation
        self.users = nn.Parameter(torch.empty(inputs.n_users, dimension))
        self.items = nn.Parameter(torch.empty(inputs.n_items, dimension))
        for table in (self.users, self.items):
            nn.init.xavier_uniform_(table)
        self.graph = whole_graph(inputs[BIPARTITE])

    def embed(self) -> tuple[Tensor, Tensor]:
        """Final users [U, d] and items [I, d]."""
        layer = torch.cat([self.users, self.items])
        layers = [layer]
        for _ in range(self.layers):
            layer = torch.sparse.mm(self.graph, layer)
            layers.append(layer)
        mean = torch.stack(layers, dim=1).mean(dim=1)
        users, items = torch.split(mean, [len(self.users), len(self.items)])
        return users, items

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """BPR and regularisation."""
        users, items = self.embed()
        rows = self.users[batch.users], self.items[batch.positives], self.items[batch.negatives]
        penalty = sum((torch.norm(row, p=2) for row in rows), start=torch.zeros(()))
        return bpr(users, items, batch) + self.regularisation * penalty / len(batch.users)


class PlainSIGER(PlainLightGCN):
    """SIGER, Eqs. (8)–(19): contrasts over the batch's rows, raw features trained."""

    def __init__(self, inputs: ModelInputs, config: dict[str, Any]) -> None:
        dimension, layers = int(config["dimension"]), int(config["behaviour_layers"])
        super().__init__(inputs, dimension, layers, config["lambda_regularisation"])
        self.config = config
        self.modalities = inputs.modalities
        requests, beta = Config(**config), config["beta"]
        common = inputs[requests.cooccurrence()]
        self.similar = {
            m: coo(enhance(common, inputs[requests.knn(m)], beta)) for m in self.modalities
        }
        raw = {m: np.array(inputs[features(m)], np.float32) for m in self.modalities}
        self.raw = nn.ParameterDict({m: nn.Parameter(torch.from_numpy(x)) for m, x in raw.items()})
        self.inner = nn.ModuleDict({m: nn.Linear(x.shape[1], dimension) for m, x in raw.items()})
        self.outer = nn.ModuleDict({m: nn.Linear(dimension, dimension) for m in self.modalities})

    def view(self, modality: str, noise: torch.Generator | None) -> Tensor:
        """Eqs. (8)–(10), each layer perturbed by the noise, if any."""
        gate = torch.sigmoid(self.outer[modality](self.inner[modality](self.raw[modality])))
        layer = self.items * gate
        for _ in range(int(self.config["item_layers"])):
            layer = torch.sparse.mm(self.similar[modality], layer)
            if noise is not None:
                layer = self.perturbed(layer, noise)
        return layer

    def perturbed(self, layer: Tensor, noise: torch.Generator) -> Tensor:
        """Eq. (12)."""
        norms = layer.detach().norm(dim=1, keepdim=True)
        reach = self.config["epsilon"] * norms / norms.max()
        delta = functional.normalize(torch.rand(layer.shape, generator=noise), dim=1)
        order = torch.randperm(len(layer), generator=noise)
        moved = functional.normalize(layer + reach * torch.sign(layer) * delta, dim=1)
        return layer + reach * moved[order]

    def loss(self, batch: Batch, generator: torch.Generator) -> Tensor:
        """Eq. (19)."""
        config, tau = self.config, self.config["tau_behaviour"]
        users, items = self.embed()
        of_items = {m: self.view(m, None) for m in self.modalities}
        of_users = {m: self._to_users(x) for m, x in of_items.items()}
        fused_u, fused_i = mean(of_users), mean(of_items)
        u, i = torch.unique(batch.users), torch.unique(batch.positives)
        total = self._ranking(users + fused_u, items + fused_i, batch)
        views = []
        for m in self.modalities:
            one, other = self.view(m, generator), self.view(m, generator)
            views.append(info_nce(one[i], other[i], config["tau_perturbation"]))
        total = total + config["lambda_perturbation"] * torch.stack(views).sum()
        aligned = info_nce(fused_u[u], users[u], tau) + info_nce(fused_i[i], items[i], tau)
        pairs = [
            anchored(x[a][rows], x[b][rows], anchor[rows], config["tau_modality"])
            for x, anchor, rows in ((of_items, items, i), (of_users, users, u))
            for a, b in combinations(self.modalities, 2)
        ]
        if pairs:
            aligned = aligned + 2 * torch.stack(pairs).mean()
        return total + config["lambda_alignment"] * aligned

    def _to_users(self, items: Tensor) -> Tensor:
        # The upper rows of the graph are R̄ on the part of the items.
        zeros = torch.zeros(len(self.users), items.shape[1])
        return torch.sparse.mm(self.graph, torch.cat([zeros, items]))[: len(self.users)]

    def _ranking(self, users: Tensor, items: Tensor, batch: Batch) -> Tensor:
        rows = users[batch.users], items[batch.positives], items[batch.negatives]
        squares = sum(((row**2).sum() for row in rows), start=torch.zeros(()))
        penalty = self.regularisation * squares / (2 * len(batch.users))
        return bpr(users, items, batch) + penalty


def bpr(users: Tensor, items: Tensor, batch: Batch) -> Tensor:
    """−mean log σ(positive − negative)."""
    rows = users[batch.users]
    positive = (rows * items[batch.positives]).sum(dim=1)
    negative = (rows * items[batch.negatives]).sum(dim=1)
    return -functional.logsigmoid(positive - negative).mean()


def info_nce(x: Tensor, y: Tensor, temperature: float) -> Tensor:
    """Eqs. (13), (16), with all n × n similarities."""
    x, y = functional.normalize(x, dim=1), functional.normalize(y, dim=1)
    positive = torch.exp((x * y).sum(dim=1) / temperature)
    total = torch.exp(x @ y.T / temperature).sum(dim=1)
    return -torch.log(positive / total).mean()


def anchored(x: Tensor, y: Tensor, anchor: Tensor, temperature: float) -> Tensor:
    """Eq. (14), with all n × n similarities."""
    x, y, anchor = (functional.normalize(rows, dim=1) for rows in (x, y, anchor))
    both = (x * anchor).sum(dim=1) + (y * anchor).sum(dim=1)
    positive = torch.exp(both / (2 * temperature))
    similar = torch.exp(x @ y.T / temperature)
    return -torch.log(positive / (positive + similar.sum(dim=1) - similar.diagonal())).mean()


def mean(parts: dict[str, Tensor]) -> Tensor:
    """Eq. (15)."""
    return torch.stack(list(parts.values())).mean(dim=0)
