"""The one DuckDB connection of a process, so that tables of different datasets can be joined."""

from __future__ import annotations

import atexit
import functools
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from siger_pipeline.temporary import spill_folder
from siger_pipeline.threads import chosen

if TYPE_CHECKING:
    import fsspec
    import pyarrow as pa
    from ibis.backends.duckdb import Backend
    from ibis.expr.types import Table

# A share of the machine's (or container's) memory; what does not fit is spilled to disk.
MEMORY_LIMIT = "50%"


def connection() -> Backend:
    """The process-wide in-memory DuckDB, behind Ibis: bounded memory, a spill folder, no network.

    The spill folder is a temporary one (`TMPDIR` moves it) and goes when the process ends. A run
    with another number of threads has another one, since its tables share one connection.
    """
    return _connection(chosen())


@functools.cache
def _connection(threads: int | None) -> Backend:
    import ibis

    settings = {} if threads is None else {"threads": threads}
    return ibis.duckdb.connect(
        ":memory:",
        memory_limit=MEMORY_LIMIT,
        temp_directory=str(_spill_folder()),
        autoinstall_known_extensions=False,
        **settings,
    )


@functools.cache
def _spill_folder() -> Path:
    folder = spill_folder()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def stream(table: Table, rows: int) -> Iterator[pa.RecordBatchReader]:
    """The rows of an Ibis expression in batches of at most `rows`, never all of them at once.

    Ibis's own `to_pyarrow_batches` calls a method that DuckDB 2.0 has dropped, and its `drop_view`
    writes no name with newer versions of sqlglot.
    """
    backend = connection()
    name = f"stream_{uuid.uuid4().hex}"
    backend.create_view(name, table)
    try:
        yield backend.con.table(name).to_arrow_reader(rows)
    finally:
        backend.raw_sql(f"DROP VIEW {name}")


def reader(filesystem: fsspec.AbstractFileSystem) -> Backend:
    """The connection, able to read paths of this filesystem."""
    backend = connection()
    protocols = filesystem.protocol
    names = {protocols} if isinstance(protocols, str) else set(protocols)
    if "file" not in names and not any(backend.con.filesystem_is_registered(n) for n in names):
        backend.con.register_filesystem(filesystem)
    return backend
