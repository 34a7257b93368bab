"""The one DuckDB connection of a process, so that tables of different datasets can be joined."""

from __future__ import annotations

import functools
import uuid
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import fsspec

from kedro_fresh import temporary
from siger_pipeline.datasets.literal import LiteralFileSystem, is_literal
from siger_pipeline.datasets.temporary_folder import remove_folder
from siger_pipeline.errors import ParameterError
from siger_pipeline.memory import limit_mib
from siger_pipeline.threads import chosen

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis.backends.duckdb import Backend
    from ibis.expr.types import Table

# No text file holds it, so that a line is one field.
NO_DELIMITER = "\x01"
# Percent of the machine's (or container's) memory, where `memory_limit` is auto; what does not fit
# is spilled to disk.
MEMORY = 50

_processes = 1
_files: dict[str, str] = {}  # name of a table of `read_parquet` -> its file


def divide_memory(processes: int) -> None:
    """Share the memory of new connections among this many processes."""
    global _processes  # noqa: PLW0603, as the connection is global
    _processes = processes


def connection() -> Backend:
    """The in-memory DuckDB of the process, behind Ibis: bounded memory, a spill folder, no network.

    The spill folder is a temporary one, below `TMPDIR`, and removed when the process ends. Each
    number of threads, and each limit of memory, has a connection of its own.
    """
    return _connection(chosen(), limit_mib())


@functools.cache
def _connection(threads: int | None, mib: int | None) -> Backend:
    import duckdb
    import ibis

    settings: dict[str, Any] = {} if threads is None else {"threads": threads}
    share = f"{MEMORY / _processes:g}%" if mib is None else f"{mib // _processes}MiB"
    settings |= {"memory_limit": share, "temp_directory": spill_folder()}
    try:
        backend = ibis.duckdb.connect(":memory:", autoinstall_known_extensions=False, **settings)
    except duckdb.Error as error:
        named = ", ".join(f"{name} {value}" for name, value in settings.items())
        first = str(error).partition("\n")[0].rstrip(".")
        raise ParameterError(
            f"DuckDB cannot be started with {named}: {first}. These follow from threads,"
            " memory_limit and TMPDIR: mend the one that it names"
        ) from error
    weakref.finalize(backend, _let_go, weakref.ref(backend))
    return backend


def _let_go(reference: weakref.ref[Backend]) -> None:
    """Close a connection while the interpreter is whole: DuckDB complains of one that outlives it.

    A finalizer, as Ibis drops each cached table in a finalizer of its own: they run newest first,
    so all tables are dropped by then. The backend may live on in expressions that a library keeps.
    """
    if backend := reference():
        backend.con.close()
        backend.con = None


@functools.cache
def spill_folder() -> str:
    """The temporary folder of this process, removed when it ends."""
    try:
        folder = temporary.process_folder()
    except OSError as error:
        raise ParameterError(
            f"no folder for temporary files can be made ({error.strerror or error}): set TMPDIR to"
            " one that this user can write to"
        ) from error
    weakref.finalize(spill_folder, remove_folder, folder)
    return str(folder)


@contextmanager
def stream(table: Table, rows: int) -> Iterator[pa.RecordBatchReader]:
    """The rows of an expression of DuckDB in batches of at most `rows`, one in memory at a time.

    Ibis's `to_pyarrow_batches` calls a method that DuckDB 2.0 has dropped, and its `drop_view`
    omits the name with newer versions of sqlglot.
    """
    backend = connection()
    name = f"stream_{uuid.uuid4().hex}"
    backend.create_view(name, table)
    try:
        # Closed before the view goes, or what broke off the reading is hidden by an open result.
        with backend.con.table(name).to_arrow_reader(rows) as batches:
            yield batches
    finally:
        backend.raw_sql(f"DROP VIEW {name}")


@functools.cache
def _literal() -> LiteralFileSystem:
    """The filesystem of files whose paths DuckDB would take for patterns."""
    filesystem = LiteralFileSystem()
    connection().con.register_filesystem(filesystem)
    return filesystem


def address(filesystem: fsspec.AbstractFileSystem, path: str) -> str:
    """The address under which DuckDB reads the file of exactly this path."""
    return path if is_literal(filesystem, path) else _literal().address(filesystem, path)


def read_text(
    filesystem: fsspec.AbstractFileSystem,
    path: str,
    columns: Sequence[str],
    *,
    delimiter: str = NO_DELIMITER,
    **options: Any,
) -> Table:
    """A text file, lazily: columns of text, null where a field is empty; no field is quoted."""
    return connection().read_csv(
        address(filesystem, path),
        columns=dict.fromkeys(columns, "VARCHAR"),
        delim=delimiter,
        quote="",
        escape="",
        hive_partitioning=False,
        **options,
    )


def read_parquet(filesystem: fsspec.AbstractFileSystem, path: str) -> Table:
    """A Parquet file, lazily: its own columns, none from the names of its folders."""
    table = connection().read_parquet(address(filesystem, path), hive_partitioning=False)
    if is_literal(filesystem, path):
        _files[table.get_name()] = path
    return table


def read_files(paths: Sequence[str], like: Table) -> Table:
    """Local Parquet files as one table with the columns of another, lazily; no file, no rows."""
    if not paths:
        return connection().create_table(
            f"empty_{uuid.uuid4().hex}", schema=like.schema(), temp=True
        )
    local = fsspec.filesystem("file")
    files = [address(local, path) for path in paths]
    return connection().read_parquet(files, hive_partitioning=False).select(*like.columns)


def file_of(table: Table) -> str | None:
    """The path of the Parquet file that a table was read from, if it is all of that file.

    None for other tables, and where another engine would take the path for a pattern.
    """
    from ibis.expr.operations import DatabaseTable

    return _files.get(table.get_name()) if isinstance(table.op(), DatabaseTable) else None
