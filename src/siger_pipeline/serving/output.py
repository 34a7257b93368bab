"""Tables of recommendations as bytes, a block after the other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

NUMBERS = {"rank": pa.int32(), "score": pa.float32(), "share": pa.float32()}


def write_rows(handle: IO[bytes], ending: str, tables: Iterable[pd.DataFrame]) -> int:
    """Write tables of the same columns as one.

    Args:
        handle: of a file.
        ending: `.csv` (UTF-8, with a header), `.parquet`, or `.json` (a list, a row on each line).
        tables: at least one.

    Returns:
        The number of rows.
    """
    waiting = iter(tables)
    first = next(waiting)
    write = {".csv": _csv, ".parquet": _parquet, ".json": _json}[ending]
    return sum(write(handle, chain([first], waiting), list(first.columns)))


def _csv(handle: IO[bytes], tables: Iterable[pd.DataFrame], columns: list[str]) -> Iterator[int]:
    handle.write(",".join(columns).encode() + b"\n")
    for table in tables:
        handle.write(table.to_csv(index=False, header=False, lineterminator="\n").encode())
        yield len(table)


def _parquet(
    handle: IO[bytes], tables: Iterable[pd.DataFrame], columns: list[str]
) -> Iterator[int]:
    # A block may have no title at all, and no type of its own then.
    schema = pa.schema([pa.field(name, NUMBERS.get(name, pa.string())) for name in columns])
    with pq.ParquetWriter(handle, schema, compression="zstd", store_schema=False) as writer:
        for table in tables:
            writer.write_table(pa.Table.from_pandas(table, schema=schema, preserve_index=False))
            yield len(table)


def _json(handle: IO[bytes], tables: Iterable[pd.DataFrame], columns: list[str]) -> Iterator[int]:
    before = b"[\n"
    for table in tables:
        values = (_plain(table[name]) for name in columns)
        for row in zip(*values, strict=True):
            text = json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False)
            handle.write(before + text.encode())
            before = b",\n"
        yield len(table)
    handle.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def _plain(column: pd.Series) -> list[Any]:
    """Values as JSON has them; a float32 by its shortest digits."""
    if column.dtype == np.float32:
        return [None if np.isnan(value) else float(str(value)) for value in column.to_numpy()]
    return [None if pd.isna(value) else value for value in column.tolist()]
