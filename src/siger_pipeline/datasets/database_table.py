"""A raw table in a database: whatever Ibis reaches."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec
from kedro.io import AbstractDataset

from siger_pipeline.data.schema import Columns
from siger_pipeline.datasets.base import DataFileError
from siger_pipeline.datasets.duckdb import read_parquet, spill_folder
from siger_pipeline.datasets.lines import numbered
from siger_pipeline.datasets.reasons import first_lines
from siger_pipeline.datasets.user_table import texts_of

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis.expr.types import Table

ROWS = 50_000  # that are in memory at once
LISTED = 12  # tables in a message
IN_FILES = ("duckdb", "sqlite")
INSTALL = {
    "postgres": "pip install 'siger-pipeline[postgres]'",
    "postgresql": "pip install 'siger-pipeline[postgres]'",
}


class DatabaseTableDataset(AbstractDataset[Any, Any]):
    """A table or view in a database as a table of text, as `UserTableDataset` has one of Parquet.

    It is copied to a temporary file of this process in one query, and sorted by all its columns,
    since a database gives rows in no order of their own.

    Args:
        address: `<scheme>://…#<table>` or `…#<schema>.<table>`, the part before `#` as
            `ibis.connect` takes it. Passwords are by the driver's own means, such as `~/.pgpass`.
        metadata: for plugins, such as Kedro-Viz.
    """

    def __init__(self, *, address: str, metadata: dict[str, Any] | None = None) -> None:
        self._address = address
        self._url, _, self._table = address.partition("#")
        self.metadata = metadata

    def load(self) -> Table:
        """The table; see the class.

        Raises:
            DataFileError: the database cannot be reached or has no such table, or its driver is not
                installed.
        """
        import ibis

        copy = Path(spill_folder()) / f"{uuid.uuid4().hex}.parquet"
        with self._connected() as backend:
            table = self._found(backend)
            try:
                _copy(backend, table, copy)
            except Exception as error:
                raise self._failed(error) from error
        texts = texts_of(read_parquet(fsspec.filesystem("file"), str(copy)))
        place = ibis.row_number().over(order_by=texts.columns)
        return numbered(texts, self._address).mutate(**{Columns.LINE_NUMBER: place + 1})

    def save(self, data: Any) -> None:
        """Refuse to write.

        Raises:
            DataFileError: always.
        """
        raise DataFileError(f"{self._address} is a raw table: it is read, never written.")

    def why_missing(self) -> str:
        """The message that the table cannot be reached; empty where it can."""
        try:
            with self._connected() as backend:
                self._found(backend)
        except DataFileError as error:
            return str(error)
        return ""

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        import ibis

        self._require_file()
        try:
            backend = ibis.connect(self._url, **_read_only(self._url))
        except ImportError as error:
            raise DataFileError(self._without_driver(error)) from error
        except Exception as error:
            raise self._failed(error) from error
        try:
            yield backend
        finally:
            backend.disconnect()

    def _found(self, backend: Any) -> Table:
        from ibis.common.exceptions import TableNotFound

        schema, _, name = self._table.rpartition(".")
        try:
            table: Table = backend.table(name, database=schema or None)
        except TableNotFound as error:
            tables = sorted(_tables(backend, schema))
            near = get_close_matches(name, tables, n=1)
            wish = f"did you mean {near[0]!r}? " if near else ""
            listed = ", ".join(tables[:LISTED]) or "none"
            raise DataFileError(
                f"{self._url} has no table {self._table!r}; {wish}it has {listed}."
                f"{' (and more)' if len(tables) > LISTED else ''} Name one after the # of the"
                " address, with its schema where it is another than the usual one."
            ) from error
        except Exception as error:
            raise self._failed(error) from error
        return table

    def _require_file(self) -> None:
        """Databases in a file must be there: SQLite would make an empty one."""
        scheme, _, path = self._url.partition("://")
        if scheme in IN_FILES and not Path(path).is_file():
            raise DataFileError(f"{path} does not exist, in which table {self._table!r} is wanted.")

    def _without_driver(self, error: ImportError) -> str:
        scheme = self._url.partition("://")[0]
        missing = getattr(error.__cause__, "name", None) or error.name or first_lines(error)
        remedy = INSTALL.get(scheme, f"pip install 'ibis-framework[{scheme}]'")
        return f"{self._address} cannot be read without {missing}: {remedy}."

    def _failed(self, error: Exception) -> DataFileError:
        return DataFileError(
            f"{self._address} cannot be read: {first_lines(error)}. Mend the address, or what the"
            " database wants of this user; passwords are by the driver's own means, such as"
            " PGPASSWORD or ~/.pgpass for PostgreSQL."
        )

    def _describe(self) -> dict[str, Any]:
        return {"address": self._address}


def _read_only(url: str) -> dict[str, Any]:
    return {"read_only": True} if url.startswith("duckdb://") else {}


def _tables(backend: Any, schema: str) -> list[str]:
    if backend.name == "duckdb":
        # Ibis's own calls a method that DuckDB 2.0 has dropped.
        rows = backend.con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        return [name for of, name in rows if of == (schema or "main")]
    return list(backend.list_tables(database=schema or None))


def _copy(backend: Any, table: Table, path: Path) -> None:
    import pyarrow.parquet as pq

    reader = _batches(backend, table)
    with pq.ParquetWriter(path, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)


def _batches(backend: Any, table: Table) -> pa.RecordBatchReader:
    if backend.name == "duckdb":
        # Ibis's own calls a method that DuckDB 2.0 has dropped.
        return backend.con.sql(backend.compile(table)).to_arrow_reader(ROWS)
    return backend.to_pyarrow_batches(table, chunk_size=ROWS)
