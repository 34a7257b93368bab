"""Rows of a table, named any number of times, with a gradient that is quick to sum.

Shape suffixes: N rows, d dimensions.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def gather(table_Nd: Tensor, index: Tensor) -> Tensor:
    """The rows of an index of any shape, [*index.shape, d].

    The gradient of `index_select` adds row after row, on a GPU in no fixed order. This one sorts
    the index, and sums each row's own: several times faster where rows repeat, and the same on
    every run.
    """
    result: Tensor = _Gather.apply(table_Nd, index)
    return result


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, table_Nd: Tensor, index: Tensor) -> Tensor:
        ctx.index, ctx.size = index, len(table_Nd)
        return table_Nd.index_select(0, index.flatten()).view(*index.shape, table_Nd.shape[1])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        index = ctx.index.flatten()
        order = torch.argsort(index, stable=True)
        rows = torch.arange(ctx.size + 1, device=index.device)
        bounds = torch.searchsorted(index.index_select(0, order), rows)
        flat = gradient.reshape(len(index), gradient.shape[-1])
        summed = functional.embedding_bag(order, flat, bounds, mode="sum", include_last_offset=True)
        return summed, None
