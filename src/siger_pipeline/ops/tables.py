"""Rows of tables, and constants.

Shape suffixes: N rows, d dimensions.
"""

import mmap
import warnings
from typing import Any

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


def copied(matrix: np.ndarray) -> Tensor:
    """A copy of a matrix, float32; what was read of a file that is mapped leaves the memory."""
    copy = torch.from_numpy(np.array(matrix, dtype=np.float32))
    mapped: Any = matrix
    while isinstance(mapped, np.ndarray) and not mapped.flags.writeable:
        mapped = mapped.base
    if isinstance(mapped, mmap.mmap) and hasattr(mapped, "madvise"):
        mapped.madvise(mmap.MADV_DONTNEED)
    return copy
