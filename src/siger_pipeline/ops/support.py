"""Products with a sparse matrix whose values are computed, with gradients to the values.

`Graph` is for constant matrices. Here the entries' places are constant and their values are not,
such as the cosines of learned features (LATTICE). The two operations are each other's gradients.

Shape suffixes: N rows, M columns, E entries, d dimensions.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from siger_pipeline.ops.propagation import csr_product, gather_and_sum

BLOCK_MIB = 2.0  # bound on the rows that `dots` gathers at once: they stay in a core's cache


class Support:
    """The places of a sparse matrix's entries, in any order; entries of one place add up.

    Attributes:
        rows: int64 [E].
        columns: int64 [E].
        shape: N, M.
    """

    def __init__(self, rows: Tensor, columns: Tensor, shape: tuple[int, int]) -> None:
        """Sort the entries both ways, once, on their device."""
        self.rows, self.columns, self.shape = rows, columns, shape
        self._of_rows = _compressed(rows, columns, shape[0])
        self._of_columns = _compressed(columns, rows, shape[1])

    def product(self, values_E: Tensor, x_Md: Tensor) -> Tensor:
        """A x with A's entries given, [N, d]; gradients to both."""
        result: Tensor = _Product.apply(values_E, x_Md, self)
        return result

    def dots(self, x_Nd: Tensor, y_Md: Tensor) -> Tensor:
        """x_row · y_column of each entry, [E]; gradients to both."""
        result: Tensor = _Dots.apply(x_Nd, y_Md, self)
        return result

    def row_sums(self, values_E: Tensor) -> Tensor:
        """The sum of each row's entries, [N]."""
        return self.product(values_E, values_E.new_ones(self.shape[1], 1)).squeeze(1)

    def times(self, values_E: Tensor, x_Md: Tensor) -> Tensor:
        """A x, [N, d], without a gradient of its own."""
        return _times(self._of_rows, values_E, x_Md)

    def transposed_times(self, values_E: Tensor, x_Nd: Tensor) -> Tensor:
        """Aᵀ x, [M, d], without a gradient of its own."""
        return _times(self._of_columns, values_E, x_Nd)

    def gathered_dots(self, x_Nd: Tensor, y_Md: Tensor) -> Tensor:
        """`dots` without a gradient of its own, block by block: never E × d."""
        row_mib = 2 * x_Nd.shape[1] * x_Nd.element_size() / 2**20
        block = max(1, int(BLOCK_MIB / row_mib))
        parts = [
            torch.linalg.vecdot(x_Nd.index_select(0, rows), y_Md.index_select(0, columns))
            for rows, columns in zip(self.rows.split(block), self.columns.split(block), strict=True)
        ]
        return torch.cat(parts)


Compressed = tuple[Tensor, Tensor, Tensor]  # order of the entries, indptr, indices


def _compressed(rows_E: Tensor, columns_E: Tensor, n_rows: int) -> Compressed:
    order_E = torch.argsort(rows_E, stable=True)
    bounds = torch.arange(n_rows + 1, device=rows_E.device)
    indptr = torch.searchsorted(rows_E.index_select(0, order_E), bounds)
    return order_E, indptr, columns_E.index_select(0, order_E)


def _times(side: Compressed, values_E: Tensor, x: Tensor) -> Tensor:
    order_E, indptr, indices = side
    values_E, x = values_E.index_select(0, order_E), x.contiguous()
    if x.device.type == "cpu":
        return gather_and_sum(indptr, indices, values_E, x)
    return csr_product(indptr, indices, values_E, len(indptr) - 1, x)


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values_E: Tensor, x_Md: Tensor, support: Support) -> Tensor:
        ctx.save_for_backward(values_E, x_Md)
        ctx.support = support
        return support.times(values_E, x_Md)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient_Nd: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        (values_E, x_Md), (of_values, of_x, _) = ctx.saved_tensors, ctx.needs_input_grad
        return (
            ctx.support.gathered_dots(gradient_Nd, x_Md) if of_values else None,
            ctx.support.transposed_times(values_E, gradient_Nd) if of_x else None,
            None,
        )


class _Dots(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x_Nd: Tensor, y_Md: Tensor, support: Support) -> Tensor:
        ctx.save_for_backward(x_Nd, y_Md)
        ctx.support = support
        return support.gathered_dots(x_Nd, y_Md)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient_E: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        (x_Nd, y_Md), (of_x, of_y, _) = ctx.saved_tensors, ctx.needs_input_grad
        return (
            ctx.support.times(gradient_E, y_Md) if of_x else None,
            ctx.support.transposed_times(gradient_E, x_Nd) if of_y else None,
            None,
        )
