"""Small parts that models share: tables and linear maps.

Shape suffixes: N rows, d dimensions.
"""

import warnings

import numpy as np
import torch
from torch import Tensor, nn


def rows_of(table: Tensor, rows: Tensor | None) -> Tensor:
    """Some rows of a table [N, d]; the table itself where none are named."""
    return table if rows is None else table.index_select(0, rows)


def constant(matrix: np.ndarray) -> Tensor:
    """A matrix that is only read, float32: a memory map stays one."""
    with warnings.catch_warnings():
        # It is never written to.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(np.asarray(matrix, dtype=np.float32))


def xavier_embedding(rows: int, dimension: int, generator: torch.Generator) -> nn.Parameter:
    """A trainable table [rows, dimension], Xavier uniform."""
    return nn.Parameter(nn.init.xavier_uniform_(torch.empty(rows, dimension), generator=generator))


class Linear(nn.Module):
    """W and b of a linear map x Wᵀ + b, uniform in ±1/√inputs as PyTorch's, from a Generator.

    `torch.nn.Linear` draws from the global one, and keeping it from that takes half a second of
    imports.
    """

    def __init__(self, inputs: int, outputs: int, generator: torch.Generator) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.bias = nn.Parameter(torch.empty(outputs))
        for parameter in (self.weight, self.bias):
            nn.init.uniform_(parameter, -(inputs**-0.5), inputs**-0.5, generator=generator)
