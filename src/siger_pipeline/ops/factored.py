"""Gradients of wide tables, kept as two factors.

A table that is multiplied alone, Y = X[rows] Wᵀ, has the gradient G W there, with G that of Y. It
is as large as the table, while G and W are small: an optimiser that asks for factors takes their
product block by block. `.grad` then stays empty.

Shape suffixes: N rows of the table, n rows with a gradient, m columns, d dimensions.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from siger_pipeline.ops.blocks import block_rows

BLOCK_MIB = 64.0  # bound on a block and on what an optimiser reads beside it
KEY = "_factors"


class Factors(NamedTuple):
    """The gradient G W of some rows, ascending, or of all."""

    rows_n: Tensor | None
    left_nd: Tensor
    right_dm: Tensor

    def write_to(self, block: Tensor, start: int, *, add: bool) -> None:
        """Write the gradient of the rows from `start` on to a block of them, or add it."""
        stop = start + len(block)
        if self.rows_n is None:
            block.addmm_(self.left_nd[start:stop], self.right_dm, beta=int(add))
            return
        if not add:
            block.zero_()
        bounds = torch.tensor([start, stop], device=self.rows_n.device)
        first, last = torch.searchsorted(self.rows_n, bounds).tolist()
        product = self.left_nd[first:last] @ self.right_dm
        block.index_add_(0, self.rows_n[first:last] - start, product)


def ask_for_factors(table: Tensor) -> None:
    """Let gradients of a table be kept as factors, on a CPU, where memory is the bottleneck."""
    if table.device.type == "cpu" and table.dim() == 2:
        setattr(table, KEY, [])


def factors_of(table: Tensor) -> list[Factors] | None:
    """The factors of a table's gradients so far; None where no optimiser asked for factors."""
    found: list[Factors] | None = getattr(table, KEY, None)
    return found


def gradient_blocks(
    table: Tensor, dense: Tensor | None, factors: Sequence[Factors]
) -> Iterator[tuple[slice, Tensor]]:
    """The sum of gradients, a block of rows after the other; a block holds until the next one."""
    row_bytes = 4 * table[:1].numel() * table.element_size()  # beside it, Adam reads three
    rows = block_rows(row_bytes, table.device, BLOCK_MIB)
    memory = torch.zeros_like(table[:rows])
    for start in range(0, len(table), rows):
        block = memory[: len(table) - start]
        if dense is not None:
            block.copy_(dense[start : start + rows])
        for n, part in enumerate(factors):
            part.write_to(block, start, add=dense is not None or n > 0)
        yield slice(start, start + rows), block
