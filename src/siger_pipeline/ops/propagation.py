"""Products with constant graphs, and the mean of LightGCN's layers; gradients by the transpose.

Shape suffixes: U users, I items, N rows, M columns, d dimensions.
"""

import warnings
from collections.abc import Callable
from typing import Any

import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional

from siger_pipeline.ops.tables import rows_of

ROWS, COLUMNS = "rows", "columns"  # which of the two stored matrices: A, or its transpose


class Graph(nn.Module):
    """A constant sparse matrix A [N, M], stored with its transpose so that both passes gather."""

    rows_values: Tensor

    def __init__(self, matrix: sparse.csr_matrix) -> None:
        super().__init__()
        self.shape = matrix.shape
        self._store(ROWS, matrix)
        self._store(COLUMNS, matrix.T.tocsr())

    def _store(self, name: str, matrix: sparse.csr_matrix) -> None:
        matrix.sort_indices()
        for part in ("indptr", "indices"):
            values = torch.from_numpy(getattr(matrix, part).astype("int32"))
            self.register_buffer(f"{name}_{part}", values, persistent=False)
        self.register_buffer(
            f"{name}_values", torch.from_numpy(matrix.data.astype("float32")), persistent=False
        )

    def propagate(self, x_Md: Tensor, layers: int = 1) -> Tensor:
        """A x, [N, d]; of a square matrix also A^L x, the last of some layers alone."""
        for _ in range(layers):
            x_Md = _Product.apply(x_Md, self, ROWS)
        return x_Md

    def propagate_transposed(self, x_Nd: Tensor) -> Tensor:
        """Aᵀ x, [M, d]: for a user-item graph, from users to items."""
        return _Product.apply(x_Nd, self, COLUMNS)

    def propagate_rows(self, rows: Tensor | None) -> Callable[[Tensor], Tensor]:
        """The function x → (A x)[rows], at the cost of those rows where they are few.

        Args:
            rows: the distinct rows asked for, int64 [n]; all where it is None.
        """
        if rows is None:
            return self.propagate
        if rows.device.type != "cpu":
            # Cutting a graph out would make the host wait for its size.
            return lambda x: rows_of(self.propagate(x), rows)
        return Graph(self._matrix()[rows.numpy()]).to(self.rows_values.dtype).propagate

    def _matrix(self) -> sparse.csr_matrix:
        parts = (getattr(self, f"{ROWS}_{part}") for part in ("values", "indices", "indptr"))
        return sparse.csr_matrix(tuple(part.numpy() for part in parts), shape=self.shape)

    def product(self, x: Tensor, side: str, values: Tensor | None = None) -> Tensor:
        """A x (`ROWS`) or Aᵀ x (`COLUMNS`), without a gradient of its own.

        Args:
            x: [M, d], or [N, d] for Aᵀ.
            side: which of the two.
            values: in place of the stored entries of that matrix, in their order.
        """
        indptr, indices = (getattr(self, f"{side}_{part}") for part in ("indptr", "indices"))
        values = getattr(self, f"{side}_values") if values is None else values
        rows = self.shape[0] if side == ROWS else self.shape[1]
        return product(indptr, indices, values, rows, x)


def product(indptr: Tensor, indices: Tensor, values: Tensor, rows: int, x_Md: Tensor) -> Tensor:
    """The product of a CSR matrix by what is best on the device."""
    if x_Md.device.type == "cpu":
        return gather_and_sum(indptr, indices, values, x_Md)
    return csr_product(indptr, indices, values, rows, x_Md)


def gather_and_sum(indptr: Tensor, indices: Tensor, values: Tensor, x_Md: Tensor) -> Tensor:
    """The product of a CSR matrix: rows of ``x`` gathered, weighted and summed; best on a CPU."""
    return functional.embedding_bag(
        indices, x_Md, indptr, mode="sum", per_sample_weights=values, include_last_offset=True
    )


def csr_product(indptr: Tensor, indices: Tensor, values: Tensor, rows: int, x_Md: Tensor) -> Tensor:
    """The product of a CSR matrix by the device's sparse library.

    It shares a long row, that of a popular item, among threads; a gather does not.
    """
    if len(values) > rows * len(x_Md):  # entries that stand twice: CUDA's library refuses so many
        return gather_and_sum(indptr, indices, values, x_Md)
    with warnings.catch_warnings():
        # True of what is not used here: such products are computed by the vendor's library. The
        # other one is of PyTorch 2.11, which gives it although the check is asked off.
        known = "Sparse (CSR tensor support is in beta|invariant checks are implicitly)"
        warnings.filterwarnings("ignore", message=known)
        matrix = torch.sparse_csr_tensor(
            indptr, indices, values, size=(rows, len(x_Md)), check_invariants=False
        )
    return matrix @ x_Md


class _Product(torch.autograd.Function):
    """A x whose gradient is Aᵀ g by the stored transpose: no scatter, one order of sums.

    Likewise Aᵀ x, whose gradient is A g.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, graph: Graph, side: str) -> Tensor:
        ctx.graph, ctx.other_side = graph, COLUMNS if side == ROWS else ROWS
        return graph.product(x.contiguous(), side)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return ctx.graph.product(gradient.contiguous(), ctx.other_side), None, None


def lightgcn(
    bipartite: Graph,
    users_Ud: Tensor,
    items_Id: Tensor,
    layers: int,
    *,
    user_rows: Tensor | None = None,
    item_rows: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Mean of the L + 1 layers of SIGER Eqs. (1) and (2), users [U, d] and items [I, d].

    Args:
        bipartite: D_U^(−1/2) R D_I^(−1/2), [U, I].
        users_Ud: layer 0 of the users.
        items_Id: layer 0 of the items.
        layers: L.
        user_rows: the distinct users asked for, int64 [n]; all where it is not given.
        item_rows: likewise the items.
    """
    result: tuple[Tensor, Tensor] = _MeanOfLayers.apply(
        users_Ud, items_Id, bipartite, layers, user_rows, item_rows
    )
    return result


class _MeanOfLayers(torch.autograd.Function):
    """A linear map, and a symmetric one: its gradient is itself, and keeps no layer."""

    @staticmethod
    def forward(  # type: ignore[no-untyped-def]
        ctx: Any, users_Ud: Tensor, items_Id: Tensor, graph: Graph, layers: int, rows_u, rows_i
    ) -> tuple[Tensor, Tensor]:
        ctx.graph, ctx.layers, ctx.rows = graph, layers, (rows_u, rows_i)
        ctx.sizes = len(users_Ud), len(items_Id)
        sum_u, sum_i = _copy_of_rows(users_Ud, rows_u), _copy_of_rows(items_Id, rows_i)
        for _ in range(layers):
            users_Ud, items_Id = graph.product(items_Id, ROWS), graph.product(users_Ud, COLUMNS)
            sum_u += rows_of(users_Ud, rows_u)
            sum_i += rows_of(items_Id, rows_i)
        return sum_u.div_(layers + 1), sum_i.div_(layers + 1)

    @staticmethod
    def backward(ctx: Any, of_users: Tensor, of_items: Tensor) -> tuple[Tensor | None, ...]:
        start_u, start_i = (
            _spread(gradient / (ctx.layers + 1), rows, size)
            for gradient, rows, size in zip((of_users, of_items), ctx.rows, ctx.sizes, strict=True)
        )
        users_Ud, items_Id = start_u, start_i
        for _ in range(ctx.layers):
            users_Ud, items_Id = (
                ctx.graph.product(items_Id, ROWS).add_(start_u),
                ctx.graph.product(users_Ud, COLUMNS).add_(start_i),
            )
        return users_Ud, items_Id, None, None, None, None


def _copy_of_rows(table: Tensor, rows: Tensor | None) -> Tensor:
    return table.clone() if rows is None else table.index_select(0, rows)


def _spread(gradient: Tensor, rows: Tensor | None, size: int) -> Tensor:
    """The gradient of the whole table from that of some distinct rows of it."""
    if rows is None:
        return gradient
    return gradient.new_zeros(size, gradient.shape[1]).index_copy_(0, rows, gradient)


def last_layer(
    bipartite: Graph, users_Ud: Tensor, items_Id: Tensor, layers: int
) -> tuple[Tensor, Tensor]:
    """Â^L [users; items], the last layer alone, users [U, d] and items [I, d].

    Args:
        bipartite: D_U^(−1/2) R D_I^(−1/2), [U, I], the block of Â.
        users_Ud: layer 0 of the users.
        items_Id: layer 0 of the items.
        layers: L.
    """
    for _ in range(layers):
        users_Ud, items_Id = (
            bipartite.propagate(items_Id),
            bipartite.propagate_transposed(users_Ud),
        )
    return users_Ud, items_Id
