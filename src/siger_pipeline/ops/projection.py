"""Linear maps of a few rows of a wide table, such as a batch's items of raw features.

Shape suffixes: N rows of the table, n rows asked for, m columns, d dimensions.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from siger_pipeline.ops.tables import lazy_zeros_like

BLOCK_MIB = 2.0  # bound on the rows that are gathered at once: what stays in a core's cache


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
        result_nd = table_Nm.new_empty(len(rows), len(weight_dm))
        for block in _blocks(table_Nm, len(rows)):
            gathered = table_Nm.index_select(0, rows[block])
            torch.mm(gathered, weight_dm.T, out=result_nd[block])
        return result_nd

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient_nd: Tensor) -> tuple[Tensor | None, Tensor, None]:
        table_Nm, weight_dm, rows = ctx.saved_tensors
        of_weight = torch.zeros_like(weight_dm)
        of_table = lazy_zeros_like(table_Nm) if ctx.needs_input_grad[0] else None
        for block in _blocks(table_Nm, len(rows)):
            gathered = table_Nm.index_select(0, rows[block])
            of_weight.addmm_(gradient_nd[block].T, gathered)
            if of_table is not None:
                of_table.index_copy_(0, rows[block], gradient_nd[block] @ weight_dm)
        return of_table, of_weight, None


def _blocks(table_Nm: Tensor, n: int) -> Iterator[slice]:
    """Parts of n rows; a device other than the CPU takes them all at once."""
    row_mib = table_Nm.shape[1] * table_Nm.element_size() / 2**20
    block = max(1, int(BLOCK_MIB / row_mib)) if table_Nm.device.type == "cpu" else n
    for start in range(0, n, block):
        yield slice(start, start + block)
