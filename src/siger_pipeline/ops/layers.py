"""Small parts that models share: rows of tables, constants, requirements.

Shape suffixes: N rows, d dimensions.
"""

import warnings
from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from siger_pipeline.errors import ParameterError

T = TypeVar("T")


def rows_of(table: Tensor, rows: Tensor | None) -> Tensor:
    """Some rows of a table [N, d]; the table itself where none are named."""
    return table if rows is None else table.index_select(0, rows)


def constant(matrix: np.ndarray) -> Tensor:
    """A matrix that is only read, float32: a memory map stays one."""
    with warnings.catch_warnings():
        # It is never written to.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(np.asarray(matrix, dtype=np.float32))


def require(present: T | None, what: str, model: str) -> T:
    """What the model got, where it got something.

    Raises:
        ParameterError: it is None or empty, and the model cannot do without.
    """
    if present is None or (isinstance(present, Mapping) and not present):
        raise ParameterError(f"model {model} needs {what}, and this data set has none")
    return present
