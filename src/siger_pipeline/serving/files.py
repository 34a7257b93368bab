"""The kinds of files in a recommender's folder; none of them can run code when it is read.

The same object is the same bytes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from mmap import mmap
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from numpy.lib import format as npy
from scipy import sparse
from torch import Tensor

from siger_pipeline.errors import InputError

T = TypeVar("T")


def write_array(path: Path, array: np.ndarray) -> None:
    """A `.npy` file; a link to the file that the array is a memory map of, where there is one."""
    source = _mapped_file(array)
    if source:
        with suppress(OSError):  # another disk, or one without links
            os.link(source, path)
            return
    with path.open("wb") as handle:
        npy.write_array(handle, np.asarray(array, order="C"), allow_pickle=False)


def read_array(path: Path) -> np.ndarray:
    """The memory map of a `.npy` file."""
    return _reading(path, "a NumPy matrix", lambda: npy.open_memmap(path, mode="r"))


def write_csr(path: Path, matrix: sparse.csr_matrix) -> None:
    """A `.npz` file, not compressed: it is read oftener than written."""
    with path.open("wb") as handle:
        sparse.save_npz(handle, sparse.csr_matrix(matrix), compressed=False)


def read_csr(path: Path) -> sparse.csr_matrix:
    """The CSR matrix of a `.npz` file."""

    def load() -> sparse.csr_matrix:
        matrix = sparse.csr_matrix(sparse.load_npz(path))
        # An index out of range would crash the compiled code that trusts it.
        matrix.check_format(full_check=True)
        return matrix

    return _reading(path, "a sparse matrix", load)


def write_table(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """A Parquet file of texts."""
    missing = {
        name: [None if pd.isna(value) else value for value in values]
        for name, values in columns.items()
    }
    schema = pa.schema([pa.field(name, pa.string()) for name in missing])
    table = pa.Table.from_pydict(missing, schema=schema)
    with path.open("wb") as handle:
        pq.write_table(table, handle, compression="zstd", store_schema=False)


def read_table(path: Path) -> pd.DataFrame:
    """The table of a Parquet file, texts as they are."""
    return _reading(path, "a Parquet table", lambda: pq.read_table(path).to_pandas())


def write_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Tensors by name."""
    alone = {sys.intern(name): _alone(weight) for name, weight in weights.items()}
    with path.open("wb") as handle:
        torch.save(alone, handle)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Tensors by name, memory-mapped; a file that holds anything else is refused."""

    def load() -> dict[str, Tensor]:
        loaded = torch.load(path, weights_only=True, map_location="cpu", mmap=True)
        return dict(loaded)

    return _reading(path, "the weights of a model", load)


def _alone(weight: Tensor) -> Tensor:
    """The tensor on the CPU with a storage that holds nothing else."""
    plain = weight.detach().cpu().contiguous()
    return plain if plain.untyped_storage().nbytes() == plain.nbytes else plain.clone()


def _mapped_file(array: np.ndarray) -> str | None:
    """The `.npy` file that an array is all of; None for a part of one, or an array in memory."""
    if not isinstance(array, np.memmap) or not isinstance(array.base, mmap):
        return None
    name = str(array.filename)
    with suppress(OSError, ValueError):
        whole = npy.open_memmap(name, mode="r")
        same = (whole.offset, whole.shape, whole.dtype, whole.flags.c_contiguous)
        if same == (array.offset, array.shape, array.dtype, True):
            return os.path.realpath(name)
    return None


def _reading(path: Path, kind: str, load: Callable[[], T]) -> T:
    try:
        return load()
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing: export the recommender again") from error
    except Exception as error:
        first = str(error).partition("\n")[0]
        raise InputError(
            f"{path} cannot be read as {kind} ({first}): it is damaged or of another kind; export "
            "the recommender again"
        ) from error
