"""A raw table in a text file with a header: CSV, TSV, MMRec's `.inter`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from kedro_datasets._typing import TablePreview

from siger_pipeline.data.schema import Columns, raw_name
from siger_pipeline.datasets.base import DataFileError, ReadOnlyDataset
from siger_pipeline.datasets.duckdb import connection, spill_folder
from siger_pipeline.datasets.lines import TextSource, copied, numbered, read_lines
from siger_pipeline.datasets.look import Look, glance, look
from siger_pipeline.datasets.rawtext import (
    BETWEEN_FIELDS,
    CONTINUED,
    open_text,
    separated,
    write_lines,
)
from siger_pipeline.datasets.records import records

if TYPE_CHECKING:
    from ibis.expr.types import Table


class DelimitedDataset(ReadOnlyDataset):
    """A delimited file as an Ibis table of text, null where a field is empty.

    Its columns are named by position and header, `<position>:<name>`, so that no name of a user's
    file clashes with one of ours (see `data.raw`); further columns are `line_number`, `fields` (how
    many the line has) and `file`. Blank lines are left out. Encodings and line ends are those of
    `LinesDataset`, quotes those of `records`.

    Args:
        delimiter: one character. Between tabs, quote marks are text.
        optional: an absent file is a table without rows, with none of the file's columns.
        options: as of `AtomicDataset`.
    """

    KIND: ClassVar[str] = "a table of delimited text"

    def __init__(self, *, delimiter: str, optional: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._delimiter = delimiter
        self._optional = optional

    def load(self) -> Table:
        """The table; see the class.

        Raises:
            DataFileError: the file is missing and not optional, is no text, or is empty.
        """
        if self._optional and not self._exists():
            return _no_rows()
        return super().load()

    def why_missing(self) -> str:
        """As of any file; nothing where it is optional."""
        return "" if self._optional else super().why_missing()

    def _read(self, path: str) -> Any:
        return self._table(path, self._delimiter)

    def _table(self, path: str, by: str) -> Table:
        """The table of a file whose fields this separates."""
        seen = look(self._fs, path)
        names, line = self._header(path, seen, by)
        source, delimiter = self._source(path, seen, by)
        # Lines that are blank, or continue a record, would be rows of a table of one column.
        simple = line == 1 and not seen.blank and len(names) > 1
        if simple and (table := _even(source, names, delimiter)) is not None:
            return numbered(table, path, first=2)
        return _split(numbered(read_lines(source), path), names, line, delimiter)

    def _source(self, path: str, seen: Look, by: str) -> tuple[TextSource, str]:
        """What DuckDB reads, the file or a clean copy, and what separates fields in it."""
        if seen.clean and not seen.quotes:
            return TextSource(self._fs, path, seen.packing), by
        with open_text(self._fs, path, seen) as text:
            copy = write_lines(separated(text, by, path), spill_folder())
        return copied(copy), BETWEEN_FIELDS

    def _header(self, path: str, seen: Look, by: str) -> tuple[list[str], int]:
        """The names of the columns and the number of their line, the first that is not blank.

        Of a file without a header this is its first record, which `data.raw` turns into a row.
        """
        with self._records(path, seen, by) as rows:
            first = next(((fields, n) for n, fields in enumerate(rows, 1) if _is_row(fields)), None)
        if first is None:
            raise DataFileError(f"{path} is empty, wanted is {self.KIND} with a header.")
        return first

    @contextmanager
    def _records(self, path: str, seen: Look, by: str) -> Iterator[Iterator[list[str]]]:
        with open_text(self._fs, path, seen) as text:
            yield (fields for fields, _ in records(text, by))

    def preview(self, nrows: int = 10) -> TablePreview:
        """The first rows, for Kedro-Viz."""
        if self._optional and not self._exists():
            return TablePreview({"index": [], "columns": [], "data": []})
        path = self._existing_path()
        with self._records(path, glance(self._fs, path), self._delimiter) as rows:
            names, *data = list(islice((fields for fields in rows if _is_row(fields)), nrows + 1))
        return TablePreview({"index": list(range(len(data))), "columns": names, "data": data})

    def _describe(self) -> dict[str, Any]:
        return {
            **super()._describe(),
            "delimiter": self._delimiter,
            "optional": self._optional,
        }


def _even(source: TextSource, names: list[str], delimiter: str) -> Table | None:
    """The rows as DuckDB itself splits them, which is faster; None unless all lines are alike.

    Raises:
        duckdb.Error: the engine or the system failed.
    """
    import duckdb
    import ibis

    columns = [raw_name(n, name) for n, name in enumerate(names)]
    table = source.read(columns, delimiter=delimiter, header=True)
    try:
        table.aggregate([table[name].length().max().name(name) for name in columns]).to_pyarrow()
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None
    return table.mutate(**{Columns.FIELDS: ibis.literal(len(names), "int64")})


def _split(lines: Table, names: list[str], header: int, delimiter: str) -> Table:
    """Lines as rows of their fields, those after the header."""
    line, after = lines[Columns.LINE], lines[Columns.LINE_NUMBER] > header
    blank = line.strip().fill_null("").isin(["", CONTINUED])
    rows = lines.filter(after & ~blank).mutate(
        **{Columns.LINE: lambda table: table[Columns.LINE].split(delimiter)}
    )
    fields = rows[Columns.LINE]
    return rows.select(
        **{raw_name(n, name): fields[n].nullif("") for n, name in enumerate(names)},
        **{
            Columns.FIELDS: fields.length(),
            Columns.LINE_NUMBER: rows[Columns.LINE_NUMBER],
            Columns.FILE: rows[Columns.FILE],
        },
    )


def _is_row(fields: list[str]) -> bool:
    return any(field.strip() for field in fields)


def _no_rows() -> Table:
    # Of the same connection as every other table: Ibis joins no tables of different ones.
    types = {Columns.FIELDS: "BIGINT", Columns.LINE_NUMBER: "BIGINT", Columns.FILE: "VARCHAR"}
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    connection().raw_sql(f"CREATE TEMP TABLE IF NOT EXISTS no_rows ({columns})")
    return connection().table("no_rows")
