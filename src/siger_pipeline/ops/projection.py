"""Linear maps of a few rows of a wide table, such as a batch's items of raw features.

Shape suffixes: N rows of the table, n rows asked for, m columns, d dimensions.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from siger_pipeline.ops.blocks import block_rows
from siger_pipeline.ops.factored import Factors, factors_of

BLOCK_MIB = 64.0  # bound on the rows that are gathered at once


def project_rows(
    table_Nm: Tensor, rows: Tensor | None, weight_dm: Tensor, bias_d: Tensor | None = None
) -> Tensor:
    """X[rows] Wᵀ + b, [n, d], with gradients to all; of the whole table where no rows are named.

    The rows are gathered block by block, and again in the backward pass: a copy of them all would
    take longer to write and to read than the products take. The gradient of a trained table is
    kept as factors where its optimiser asks for them.

    Args:
        table_Nm: X, a constant or trained.
        rows: distinct, ascending, int64 [n].
        weight_dm: W.
        bias_d: b; none by default.
    """
    if rows is None and not table_Nm.requires_grad:
        return functional.linear(table_Nm, weight_dm, bias_d)
    result: Tensor = _ProjectRows.apply(table_Nm, weight_dm, rows)
    return result if bias_d is None else result + bias_d


class _ProjectRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, table_Nm: Tensor, weight_dm: Tensor, rows: Tensor | None) -> Tensor:
        ctx.save_for_backward(table_Nm, weight_dm, rows)
        ctx.factors = factors_of(table_Nm)
        if rows is None:
            return table_Nm @ weight_dm.T
        parts = [table_Nm.index_select(0, block) @ weight_dm.T for block in _blocks(table_Nm, rows)]
        return torch.cat(parts)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient_nd: Tensor) -> tuple[Tensor | None, Tensor, None]:
        table_Nm, weight_dm, rows = ctx.saved_tensors
        if rows is None:
            of_weight = gradient_nd.T @ table_Nm
        else:
            of_weight = torch.zeros_like(weight_dm)
            blocks = _blocks(table_Nm, rows)
            gradients = gradient_nd.split([len(block) for block in blocks])
            for block, gradient in zip(blocks, gradients, strict=True):
                of_weight.addmm_(gradient.T, table_Nm.index_select(0, block))
        if not ctx.needs_input_grad[0]:
            return None, of_weight, None
        if ctx.factors is not None:
            ctx.factors.append(Factors(rows, gradient_nd, weight_dm))
            return None, of_weight, None
        of_rows = gradient_nd @ weight_dm
        if rows is None:
            return of_rows, of_weight, None
        return torch.zeros_like(table_Nm).index_copy_(0, rows, of_rows), of_weight, None


def _blocks(table_Nm: Tensor, rows: Tensor) -> tuple[Tensor, ...]:
    row_bytes = table_Nm.shape[1] * table_Nm.element_size()
    return rows.split(block_rows(row_bytes, table_Nm.device, BLOCK_MIB))
