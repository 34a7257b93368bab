"""Rows of tables, and constants.

Shape suffixes: N rows, d dimensions.
"""

import warnings

import numpy as np
import torch
from torch import Tensor


def rows_of(table: Tensor, rows: Tensor | None) -> Tensor:
    """Some rows of a table [N, d]; the table itself where none are named."""
    return table if rows is None else table.index_select(0, rows)


def constant(matrix: np.ndarray) -> Tensor:
    """A matrix that is only read, float32: a memory map stays one."""
    with warnings.catch_warnings():
        # It is never written to.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(np.asarray(matrix, dtype=np.float32))


def lazy_zeros_like(table: Tensor) -> Tensor:
    """Zeros of a table's shape that take no time where nothing is written to them.

    On a CPU `torch.zeros` writes each one; NumPy asks the system for zeros, which makes them when
    they are first needed. For gradients of a few rows of large tables.
    """
    if table.device.type != "cpu":
        return torch.zeros_like(table)
    like = table.detach().numpy()
    return torch.from_numpy(np.zeros(like.shape, like.dtype))
