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
