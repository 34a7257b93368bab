"""Data frames that a caller brings along: their columns, ids as text, and times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

TIMES = ("time", Columns.TIMESTAMP)


def is_frame(given: Any) -> bool:
    """Whether it is a data frame: of pandas, or one that Arrow can read, such as Polars'."""
    return isinstance(given, pd.DataFrame) or hasattr(given, "__arrow_c_stream__")


def as_pandas(given: Any) -> pd.DataFrame:
    """The data frame as one of pandas."""
    if isinstance(given, pd.DataFrame):
        return given
    import pyarrow as pa

    return pa.table(given).to_pandas()


def ids_of(values: Any, what: str) -> np.ndarray:
    """Ids as text, [n], objects; whole numbers become their digits.

    Args:
        values: one-dimensional.
        what: they are, for messages.

    Raises:
        InputError: an id that is missing, empty, or neither text nor a whole number.
    """
    ids = np.asarray(values)
    if ids.ndim != 1:
        raise InputError(f"{what}: ids of shape {ids.shape}, wanted is one dimension")
    if ids.dtype.kind in "iu":
        return ids.astype(str).astype(object)
    ids = np.asarray(values, dtype=object)  # as they are: a list of texts and numbers is mixed
    for place, value in enumerate(ids):
        if isinstance(value, str) and value.strip():
            continue
        if isinstance(value, int | np.integer) and not isinstance(value, bool):
            continue
        raise InputError(
            f"{what}, row {place}: found {value!r}, wanted is an id: text or a whole number"
        )
    return np.array([str(value) for value in ids], dtype=object)


def texts_of(ids: Any) -> list[str]:
    """Ids that somebody asks for, as texts; one alone is a list of one.

    Raises:
        InputError: as `ids_of`.
    """
    alone = isinstance(ids, str | bytes) or not isinstance(ids, Iterable)
    return list(ids_of([ids] if alone else list(ids), "the ids"))


def column_of(frame: pd.DataFrame, names: Sequence[str], what: str) -> str | None:
    """The one of these names that the frame has as a column, if it has one.

    Raises:
        InputError: it has several.
    """
    found = [name for name in names if name in frame.columns]
    if len(found) > 1:
        raise InputError(f"{what} has columns {' and '.join(found)}, and one of them is wanted")
    return found[0] if found else None


def require_columns(frame: pd.DataFrame, names: Sequence[str], what: str) -> None:
    """Refuse a frame that lacks a column.

    Raises:
        InputError: it names the columns that there are.
    """
    lacking = [name for name in names if name not in frame.columns]
    if lacking:
        raise InputError(
            f"{what} has columns {', '.join(map(str, frame.columns)) or 'none'}, and "
            f"{lacking[0]!r} is missing: name the columns {', '.join(names)}"
        )


def times_of(column: pd.Series, what: str) -> np.ndarray:
    """Times as numbers of which the larger is the later, [n].

    Raises:
        InputError: a time that is missing, or none.
    """
    if isinstance(column.dtype, pd.DatetimeTZDtype) or column.dtype.kind == "M":
        numbers = column.to_numpy(dtype="datetime64[ns]").view(np.int64)
    elif column.dtype.kind in "iuf":
        numbers = column.to_numpy()
    else:
        raise InputError(f"{what} holds {column.dtype}, wanted are dates or numbers")
    bad = np.flatnonzero(column.isna().to_numpy())
    if len(bad):
        raise InputError(f"{what}, row {bad[0]}: the time is missing; drop such rows or the column")
    return np.asarray(numbers)


def numbered(ids: Iterable[str]) -> np.ndarray:
    """The distinct ids in the order in which the ingest stage numbers them: short ones first."""
    return np.array(sorted(set(ids), key=lambda text: (len(text), text)), dtype=object)


def positions(ids: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The number of each id among the known ones, −1 where it is none of them, int64 [n]."""
    return np.asarray(pd.Index(known).get_indexer(pd.Index(ids)), dtype=np.int64)
