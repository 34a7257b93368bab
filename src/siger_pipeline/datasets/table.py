"""A table in a Parquet file, read lazily and written in a stream."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, ClassVar

from kedro.io import Version
from kedro_datasets._typing import TablePreview

from siger_pipeline.datasets.base import AtomicDataset, DataFileError
from siger_pipeline.datasets.duckdb import read_parquet, stream
from siger_pipeline.datasets.engine import on_duckdb

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_IN_A_GROUP = 122_880  # what DuckDB reads best: 60 of its vectors


class TableDataset(AtomicDataset):
    """A Parquet file: loaded as a lazy Ibis table, saved from Ibis, pandas or pyarrow.

    An Ibis expression is never in memory whole: it is streamed into row groups of a fixed size. The
    bytes depend on column names, values and the order of the rows alone: not on their
    batches, not on the library, not on a pandas index, which is left out.
    """

    KIND: ClassVar[str] = "a Parquet table"
    MAGIC: ClassVar[tuple[bytes, ...]] = (b"PAR1",)

    def _read(self, path: str) -> Any:
        return read_parquet(self._fs, path)

    def _write(self, handle: IO[bytes], data: Any) -> None:
        import pyarrow.parquet as pq

        with _batches(data) as (given, batches):
            schema = _canonical(given)
            with pq.ParquetWriter(handle, schema, compression="zstd", store_schema=False) as writer:
                for group in row_groups(batches, ROWS_IN_A_GROUP):
                    writer.write_table(group.cast(schema).combine_chunks(), ROWS_IN_A_GROUP)

    def preview(self, nrows: int = 10, titles: str = "") -> TablePreview:
        """The first rows, for Kedro-Viz; nothing else of the file is read.

        Args:
            nrows: their number.
            titles: file or versions of the table of items: its titles stand beside the items.
        """
        import pyarrow.parquet as pq

        with self._fs.open(self._existing_path(), "rb") as handle:
            file = pq.ParquetFile(handle)
            columns = file.schema_arrow.names
            first = next(file.iter_batches(batch_size=nrows), None)
            rows = [] if first is None else first.to_pylist()
        if titles:
            columns, rows = [*columns, "title"], _titled(rows, titles)
        data = [list(row.values()) for row in rows]
        return TablePreview({"index": list(range(len(data))), "columns": columns, "data": data})


def _titled(rows: list[dict[str, Any]], items: str) -> list[dict[str, Any]]:
    """Rows of items with a title each, None where the table of items has none."""
    dataset = TableDataset(filepath=items, version=Version(None, None))
    table = dataset.load() if dataset.exists() else None
    if table is None or "title" not in table.columns:
        return [{**row, "title": None} for row in rows]
    wanted = table.filter(table["item"].isin([row["item"] for row in rows]))
    found = wanted.select("item", "title").to_pyarrow().to_pydict()
    title = dict(zip(found["item"], found["title"], strict=True))
    return [{**row, "title": title.get(row["item"])} for row in rows]


def row_groups(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """The same rows in the same order, cut anew: every table but the last has `rows` rows."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    room = rows
    for batch in batches:
        rest = batch
        while rest.num_rows:
            waiting.append(rest.slice(0, room))
            rest = rest.slice(room)
            room -= waiting[-1].num_rows
            if room == 0:
                yield pa.Table.from_batches(waiting)
                waiting, room = [], rows
    if waiting:
        yield pa.Table.from_batches(waiting)


@contextmanager
def _batches(data: Any) -> Iterator[tuple[pa.Schema, Iterable[pa.RecordBatch]]]:
    import pyarrow as pa

    if _is_of("ibis.expr.types", "Table", data):
        with on_duckdb(data) as table, stream(table, ROWS_IN_A_GROUP) as batches:
            yield batches.schema, batches
        return
    if _is_of("pandas", "DataFrame", data):
        data = pa.Table.from_pandas(data, preserve_index=False)
    if not isinstance(data, pa.Table):
        raise DataFileError(
            f"A table dataset takes an Ibis table, a pandas DataFrame or a pyarrow Table, not"
            f" {type(data).__name__}."
        )
    yield data.schema, data.to_batches()


def _is_of(module: str, name: str, data: Any) -> bool:
    """Whether the object is of a library's class; a library that nothing has imported made none."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(data, getattr(loaded, name))


def _canonical(schema: pa.Schema) -> pa.Schema:
    """One type for one kind of value, whatever library the table comes from."""
    import pyarrow as pa

    return pa.schema([pa.field(field.name, _unencoded(field.type)) for field in schema])


def _unencoded(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _unencoded(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    return kind
