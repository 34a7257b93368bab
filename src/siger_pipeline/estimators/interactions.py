"""Interactions that a caller brings along: a sparse matrix, or a data frame of pairs.

Shapes: U users, I items, P pairs.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.estimators.frames import (
    TIMES,
    as_pandas,
    column_of,
    ids_of,
    is_frame,
    require_columns,
    times_of,
)
from siger_pipeline.ops.sparse import canonical

LOG = logging.getLogger(__name__)
PAIR = [Columns.USER, Columns.ITEM]


@dataclass(frozen=True)
class Pairs:
    """Pairs of a user and an item, each once.

    Attributes:
        users: id of each pair's user, text, [P].
        items: id of each pair's item, text, [P].
        times: of each pair, [P]; None where there are none.
        shape: of the matrix [U, I] that they were given as: row u is user "u", column i item "i";
            None of a frame.
    """

    users: np.ndarray
    items: np.ndarray
    times: np.ndarray | None = None
    shape: tuple[int, int] | None = None


def pairs_of(given: Any, what: str = "interactions") -> Pairs:
    """The pairs of a matrix or of a data frame; of repeated ones the earliest counts.

    Args:
        given: SciPy's sparse matrix or array [U, I], positive where the user has the item; or a
            data frame with columns user, item and perhaps time.
        what: it is, for messages.

    Raises:
        InputError: none of these, none at all, or a value that cannot be one.
    """
    if sparse.issparse(given):
        pairs = _of_matrix(given, what)
    elif is_frame(given):
        pairs = _of_frame(as_pandas(given), what)
    else:
        raise InputError(
            f"{what}: found {type(given).__name__}, wanted is SciPy's sparse matrix [users, items] "
            "or a data frame with columns user, item and perhaps time"
        )
    if not len(pairs.users):
        raise InputError(f"{what} are empty: wanted is at least one pair of a user and an item")
    return pairs


def matrix_of(users: np.ndarray, items: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix:
    """1 at each pair, CSR float32 [U, I], sorted: as the ingest stage makes it.

    Args:
        users: number of each pair's user, [P].
        items: number of each pair's item, [P].
        shape: U, I.
    """
    ones = np.ones(len(users), dtype=np.float32)
    return canonical(sparse.coo_matrix((ones, (users, items)), shape=shape))


def _of_matrix(matrix: Any, what: str) -> Pairs:
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise InputError(f"{what} have shape {matrix.shape}, wanted is [users, items]")
    coo = sparse.coo_matrix(matrix)
    rows, columns, values = coo.row, coo.col, np.asarray(coo.data)
    if values.dtype.kind not in "biuf":
        raise InputError(f"{what} hold {values.dtype}, wanted are numbers")
    bad = np.flatnonzero(~np.isfinite(values) | (values < 0))
    if len(bad):
        first = bad[0]
        raise InputError(
            f"{what}: user {rows[first]} has {values[first]} for item {columns[first]}, wanted is "
            "a positive number where the user has the item, and nothing elsewhere"
        )
    if (count := np.count_nonzero((values != 1) & (values != 0))) > 0:
        LOG.info("%s: %s values other than 1 count as 1.", what, f"{count:,}")
    pattern = matrix_of(rows[values > 0], columns[values > 0], matrix.shape)
    users, items = pattern.nonzero()
    return Pairs(
        users.astype(str).astype(object), items.astype(str).astype(object), None, matrix.shape
    )


def _of_frame(frame: pd.DataFrame, what: str) -> Pairs:
    require_columns(frame, PAIR, what)
    time = column_of(frame, TIMES, what)
    read = {name: ids_of(frame[name], f"{what}, column {name}") for name in PAIR}
    if time:
        read[time] = times_of(frame[time], f"{what}, column {time}")
    table = pd.DataFrame(read)
    first = table.sort_values(time, kind="stable") if time else table
    once = first.drop_duplicates(PAIR).sort_index()
    if len(once) < len(table):
        LOG.info(
            "%s: %s rows repeat a pair of a user and an item; the earliest of each counts.",
            what,
            f"{len(table) - len(once):,}",
        )
    users, items = (once[name].to_numpy(dtype=object) for name in PAIR)
    return Pairs(users, items, once[time].to_numpy() if time else None)
