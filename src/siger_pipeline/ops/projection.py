"""Linear maps of a few rows of a wide table, such as a batch's items of raw features.

Shape suffixes: N rows of the table, n rows asked for, m columns, d dimensions.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from siger_pipeline.ops.blocks import block_rows
from siger_pipeline.ops.tables import lazy_zeros_like

BLOCK_MIB = 64.0  # bound on the rows that are gathered at once


def project_rows(table_Nm: Tensor, rows: Tensor | None, weight_dm: Tensor) -> Tensor:
    """X[rows] Wᵀ, [n, d], with gradients to both; of the whole table where no rows are named.

    The rows are gathered block by block, and again in the backward pass: a copy of them all would
    take longer to write and to read than the products take.

    Args:
        table_Nm: X, a constant or trained.
        rows: distinct, int64 [n].
        weight_dm: W.
    """
    if rows is None:
        return functional.linear(table_Nm, weight_dm)
    result: Tensor = _ProjectRows.apply(table_Nm, weight_dm, rows)
    return result


class _ProjectRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, table_Nm: Tensor, weight_dm: Tensor, rows: Tensor) -> Tensor:
        ctx.save_for_backward(table_Nm, weight_dm, rows)
        parts = [table_Nm.index_select(0, block) @ weight_dm.T for block in _blocks(table_Nm, rows)]
        return torch.cat(parts)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient_nd: Tensor) -> tuple[Tensor | None, Tensor, None]:
        table_Nm, weight_dm, rows = ctx.saved_tensors
        of_weight = torch.zeros_like(weight_dm)
        of_table = lazy_zeros_like(table_Nm) if ctx.needs_input_grad[0] else None
        blocks = _blocks(table_Nm, rows)
        gradients = gradient_nd.split([len(block) for block in blocks])
        for block, gradient in zip(blocks, gradients, strict=True):
            of_weight.addmm_(gradient.T, table_Nm.index_select(0, block))
            if of_table is not None:
                of_table.index_copy_(0, block, gradient @ weight_dm)
        return of_table, of_weight, None


def _blocks(table_Nm: Tensor, rows: Tensor) -> tuple[Tensor, ...]:
    row_bytes = table_Nm.shape[1] * table_Nm.element_size()
    return rows.split(block_rows(row_bytes, table_Nm.device, BLOCK_MIB))
