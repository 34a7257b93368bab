"""A raw text file, a row a line."""

from __future__ import annotations

import gzip
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

import fsspec
from kedro_datasets._typing import TablePreview

from siger_pipeline.data.schema import Columns
from siger_pipeline.datasets.base import ReadOnlyDataset
from siger_pipeline.datasets.duckdb import reader

if TYPE_CHECKING:
    from ibis.expr.types import Table

# Absent from text files: JSON, for one, forbids it raw. So a line is never split.
NO_DELIMITER = "\x01"
LONGEST_LINE = 16_000_000  # bytes
CHUNK = 1 << 20  # bytes
PREVIEWED = 240  # characters of a line


class LinesDataset(ReadOnlyDataset):
    """A text file as an Ibis table: `line_number` (from 1), `line` (null where empty), `file`.

    UTF-8, gzip by its ending. `load` reads the file once to its end and keeps nothing of it, so
    that a truncated or damaged one is found here, with its name, and not in the midst of a stage.
    """

    KIND: ClassVar[str] = "lines of UTF-8 text with one kind of line end"

    def _read(self, path: str) -> Any:
        check_gzip(self._fs, path)
        table = reader(self._fs).read_csv(
            self._url(path),
            columns={Columns.LINE: "VARCHAR"},
            header=False,
            delim=NO_DELIMITER,
            quote="",
            escape="",
            max_line_size=LONGEST_LINE,
        )
        return read_to_the_end(table, path, first_line=1)

    def preview(self, nrows: int = 5) -> TablePreview:
        """The beginnings of the first lines, for Kedro-Viz; nothing else of the file is read."""
        with self._fs.open(self._existing_path(), "rb", compression="infer") as stream:
            lines = [
                line.decode("utf-8", "replace").rstrip("\r\n") for line in islice(stream, nrows)
            ]
        data = [[number, line[:PREVIEWED]] for number, line in enumerate(lines, start=1)]
        columns = [str(Columns.LINE_NUMBER), str(Columns.LINE)]
        return TablePreview({"index": list(range(len(data))), "columns": columns, "data": data})


def check_gzip(filesystem: fsspec.AbstractFileSystem, path: str) -> None:
    """Inflate a gzip file once: DuckDB itself does not compare the checksum.

    Raises:
        EOFError, gzip.BadGzipFile, zlib.error: truncated, not gzip, or damaged.
    """
    if not path.endswith(".gz"):
        return
    with filesystem.open(path, "rb") as packed, gzip.open(packed) as stream:
        while stream.read(CHUNK):
            pass


def read_to_the_end(table: Table, path: str, first_line: int) -> Table:
    """The table with `line_number` and `file` added, once every value of it has been read.

    Raises:
        duckdb.Error: a row cannot be read: bytes that are not UTF-8, or another number of
            columns than the header has.
    """
    import ibis

    table.aggregate([table[name].length().max().name(name) for name in table.columns]).to_pyarrow()
    return table.mutate(
        **{
            Columns.LINE_NUMBER: ibis.row_number() + first_line,
            Columns.FILE: ibis.literal(path),
        }
    )
