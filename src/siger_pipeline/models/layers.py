"""Building blocks that models share: products with constant graphs, embeddings, projections.

Shape suffixes: U users, I items, N rows, M columns, d dimensions.
"""

from collections.abc import Mapping
from typing import TypeVar

import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional

from siger_pipeline.errors import ParameterError

T = TypeVar("T")


class Graph(nn.Module):
    """A constant sparse matrix A [N, M], stored with its transpose so that both passes gather."""

    def __init__(self, matrix: sparse.csr_matrix) -> None:
        super().__init__()
        self.shape = matrix.shape
        self._store("rows", matrix)
        self._store("columns", matrix.T.tocsr())

    def _store(self, name: str, matrix: sparse.csr_matrix) -> None:
        matrix.sort_indices()
        for part in ("indptr", "indices"):
            values = torch.from_numpy(getattr(matrix, part).astype("int32"))
            self.register_buffer(f"{name}_{part}", values, persistent=False)
        self.register_buffer(
            f"{name}_values", torch.from_numpy(matrix.data.astype("float32")), persistent=False
        )

    def propagate(self, x_Md: Tensor) -> Tensor:
        """A x, [N, d]."""
        return _Product.apply(x_Md, self, "rows", "columns")

    def propagate_back(self, x_Nd: Tensor) -> Tensor:
        """Aᵀ x, [M, d]."""
        return _Product.apply(x_Nd, self, "columns", "rows")

    def product(self, x: Tensor, side: str) -> Tensor:
        """Rows of ``x`` gathered, weighted and summed, without a gradient of its own."""
        return functional.embedding_bag(
            getattr(self, f"{side}_indices"),
            x,
            getattr(self, f"{side}_indptr"),
            mode="sum",
            per_sample_weights=getattr(self, f"{side}_values"),
            include_last_offset=True,
        )


class _Product(torch.autograd.Function):
    """A x whose gradient is Aᵀ g by the stored transpose: no scatter, one order of sums."""

    @staticmethod
    def forward(ctx, x: Tensor, graph: Graph, side: str, other: str) -> Tensor:  # type: ignore[no-untyped-def]
        ctx.graph, ctx.other = graph, other
        return graph.product(x.contiguous(), side)

    @staticmethod
    def backward(ctx, gradient: Tensor):  # type: ignore[no-untyped-def]
        return ctx.graph.product(gradient.contiguous(), ctx.other), None, None, None


def lightgcn(
    bipartite: Graph, users_Ud: Tensor, items_Id: Tensor, layers: int
) -> tuple[Tensor, Tensor]:
    """Mean of the L + 1 layers of SIGER Eqs. (1) and (2), users [U, d] and items [I, d].

    Args:
        bipartite: D_U^(−1/2) R D_I^(−1/2), [U, I].
        users_Ud: layer 0 of the users.
        items_Id: layer 0 of the items.
        layers: L.
    """
    users_sum, items_sum = users_Ud, items_Id
    for _ in range(layers):
        users_Ud, items_Id = bipartite.propagate(items_Id), bipartite.propagate_back(users_Ud)
        users_sum, items_sum = users_sum + users_Ud, items_sum + items_Id
    return users_sum / (layers + 1), items_sum / (layers + 1)


def xavier_embedding(rows: int, dimension: int, generator: torch.Generator) -> nn.Parameter:
    """A trainable table [rows, dimension], Xavier uniform."""
    return nn.Parameter(nn.init.xavier_uniform_(torch.empty(rows, dimension), generator=generator))


def linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    """PyTorch's default linear layer (weights and bias uniform ±1/√inputs) from a Generator."""
    layer = nn.utils.skip_init(nn.Linear, inputs, outputs)
    bound = inputs**-0.5
    for parameter in (layer.weight, layer.bias):
        nn.init.uniform_(parameter, -bound, bound, generator=generator)
    return layer


def require(present: T | None, what: str, model: str) -> T:
    """What the model got, where it got something.

    Raises:
        ParameterError: it is None or empty, and the model cannot do without.
    """
    if present is None or (isinstance(present, Mapping) and not present):
        raise ParameterError(f"model {model} needs {what}, and this data set has none")
    return present
