"""Files of ready-made vectors as ids and vectors, in blocks.

Shapes: R rows of a file, n of a block, d dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol

import numpy as np
import pyarrow as pa
from ibis.expr.types import Table
from numpy.typing import NDArray

from siger_pipeline.data.fields import pick
from siger_pipeline.data.ids import bare_ids
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.features.align import require_numeric

BLOCK = 4_096  # rows
THE_IDS = "the table of ids (features.vectors.ids)"
COLUMNS = "features.vectors.vector_columns"
ID_COLUMN = "features.vectors.id_column"


class BatchFile(Protocol):
    """A Parquet file that is read in batches."""

    path: str
    schema: pa.Schema
    count: int

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """These columns, some rows at a time."""


@dataclass(frozen=True)
class OfMatrix:
    """A matrix [R, d] and the ids of its rows; see `keyed.Vectors`."""

    path: str
    matrix: NDArray
    ids: list[str]

    @property
    def dimension(self) -> int:
        """d."""
        return int(self.matrix.shape[1])

    @property
    def count(self) -> int:
        """R."""
        return len(self.matrix)

    def blocks(self) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
        """Ids, and vectors [n, d]; what is beyond float32 is infinite."""
        for start in range(0, len(self.matrix), BLOCK):
            block = slice(start, start + BLOCK)
            with np.errstate(over="ignore"):
                yield self.ids[block], self.matrix[block].astype(np.float32)


@dataclass(frozen=True)
class OfParquet:
    """Columns of a Parquet file: ids, and lists or one column a dimension; see `keyed.Vectors`."""

    file: BatchFile
    id_column: str
    columns: list[str]
    dimension: int

    @property
    def path(self) -> str:
        """Of the file."""
        return self.file.path

    @property
    def count(self) -> int:
        """R."""
        return self.file.count

    def blocks(self) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
        """Ids, and vectors [n, d]: zeros where there is none, NaN for a missing number."""
        for batch in self.file.batches([self.id_column, *self.columns]):
            ids = _texts(batch.column(self.id_column))
            if len(self.columns) == 1 and _is_list(batch.schema.field(self.columns[0]).type):
                yield ids, _lists(batch.column(self.columns[0]), ids, self.dimension, self.path)
            else:
                yield ids, np.column_stack([_numbers(batch.column(c)) for c in self.columns])


def of_matrix(
    matrix: NDArray, ids: Table | None, id_column: str | int, columns: Sequence[str]
) -> OfMatrix:
    """The rows of a matrix by the ids of a table with as many rows, in its order.

    Args:
        matrix: [R, d], perhaps mapped from a file.
        ids: raw table.
        id_column: of the ids in it.
        columns: must be empty: a matrix has none.

    Raises:
        InputError: no table of ids, or one with another number of rows; no matrix of numbers.
    """
    name = str(getattr(matrix, "filename", None) or "the file of vectors")
    require_numeric(matrix, name)
    if columns:
        raise InputError(
            f"{name} is a matrix without names of columns, and {COLUMNS} names"
            f" {', '.join(columns)}: leave that out."
        )
    if ids is None:
        raise InputError(
            f"{name} holds no ids, and its order is not taken on trust: name the table with the"
            " ids of its rows in features.vectors.ids."
        )
    picked, _ = bare_ids(pick(ids, {Columns.ITEM: [id_column]}, THE_IDS, ID_COLUMN), [Columns.ITEM])
    rows = picked.order_by(Columns.LINE_NUMBER).select(Columns.ITEM).to_pyarrow().to_pylist()
    if len(rows) != len(matrix):
        raise InputError(
            f"{name} has {len(matrix):,} rows, and {THE_IDS} has {len(rows):,} ids: wanted is an id"
            " for each row, in the same order."
        )
    return OfMatrix(name, matrix, [row[Columns.ITEM] or "" for row in rows])


def of_parquet(
    file: BatchFile, ids: Table | None, id_column: str | int, columns: Sequence[str]
) -> OfParquet:
    """The vectors of a Parquet file by the ids in it.

    Args:
        file: with a column of ids.
        ids: must be None: the ids are in the file.
        id_column: of the ids.
        columns: of the vectors; empty: all others.

    Raises:
        InputError: columns are missing or hold no numbers; there is no vector; a table of ids.
    """
    names = file.schema.names
    if ids is not None:
        raise InputError(
            f"{file.path} is Parquet, which has its ids in column {id_column!r}: set"
            " features.vectors.ids to null."
        )
    for name in (id_column, *columns):
        if name not in names:
            near = get_close_matches(str(name), names, n=1)
            wish = f"did you mean {near[0]!r}? " if near else ""
            raise InputError(
                f"{file.path}: no column {name!r}; {wish}found {', '.join(map(repr, names))}. Name"
                f" them in {ID_COLUMN} and {COLUMNS}."
            )
    chosen = list(columns) or [name for name in names if name != id_column]
    return OfParquet(file, str(id_column), chosen, _dimension(file, chosen))


def _dimension(file: BatchFile, columns: list[str]) -> int:
    kinds = {name: file.schema.field(name).type for name in columns}
    if len(columns) == 1 and _is_list(kinds[columns[0]]):
        for batch in file.batches(columns):
            for vector in batch.column(0):
                if vector.is_valid and len(vector):
                    return len(vector)
        raise InputError(f"{file.path}: column {columns[0]!r} holds no vector.")
    wrong = {name: kind for name, kind in kinds.items() if not _is_number(kind)}
    if wrong or not columns:
        found = ", ".join(f"{name} ({kind})" for name, kind in wrong.items()) or "none"
        raise InputError(
            f"{file.path}: columns {found} cannot be vectors together: wanted is one column of"
            f" lists of numbers, or columns of numbers, one a dimension. Name them in {COLUMNS}."
        )
    return len(columns)


def _lists(column: pa.Array, ids: Sequence[str], dimension: int, path: str) -> NDArray[np.float32]:
    lengths = np.array([len(each) if each.is_valid else 0 for each in column])
    wrong = np.flatnonzero((lengths != dimension) & (lengths != 0))
    if len(wrong):
        raise InputError(
            f"{path}: the vector of {ids[wrong[0]]!r} has {lengths[wrong[0]]:,} numbers, and the"
            f" first of the file has {dimension:,}: all must have as many."
        )
    block_nd = np.zeros((len(ids), dimension), dtype=np.float32)
    block_nd[lengths != 0] = _numbers(column.flatten()).reshape(-1, dimension)
    return block_nd


def _numbers(column: pa.Array) -> NDArray[np.float32]:
    numbers = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore"):
        return np.asarray(numbers, dtype=np.float32)


def _texts(column: pa.Array) -> list[str]:
    """Ids as text, whole numbers without decimals whatever their type; empty for none."""
    kind = column.type
    if pa.types.is_floating(kind) and all(v is None or v.is_integer() for v in column.to_pylist()):
        column = column.cast(pa.int64())
    return [str(value).strip() if value is not None else "" for value in column.to_pylist()]


def _is_list(kind: pa.DataType) -> bool:
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(holds(kind) for holds in lists) and _is_number(kind.value_type)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))
