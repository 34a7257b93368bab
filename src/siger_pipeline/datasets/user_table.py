"""A raw table in a file of any usual format: CSV, TSV, JSON lines, Parquet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from kedro_datasets._typing import TablePreview

from siger_pipeline.data.schema import raw_name
from siger_pipeline.datasets.base import START, DataFileError
from siger_pipeline.datasets.delimited import DelimitedDataset
from siger_pipeline.datasets.duckdb import read_parquet
from siger_pipeline.datasets.kinds import WEB_PAGE, NotTextError
from siger_pipeline.datasets.lines import lines_of, numbered
from siger_pipeline.datasets.look import glance
from siger_pipeline.datasets.rawtext import open_text
from siger_pipeline.datasets.records import records

if TYPE_CHECKING:
    from ibis.expr.types import Column, Table

PARQUET = b"PAR1"
DELIMITERS = ("\t", ";", "|", "::", ",")
SAMPLED = 50  # lines that tell the delimiter
DOCUMENT = re.compile(r"\[\s*([\[{].*)?")


class UserTableDataset(DelimitedDataset):
    """A file as an Ibis table of text; its first bytes tell the format, not its name.

    - Text with a delimiter (tab, semicolon, bar, double colon or comma: the one that gives the
      first lines the same number of fields, and most of them) is as `DelimitedDataset` has it.
    - Parquet has the same columns but `fields`; those of a struct are `<struct>.<field>`, lists of
      texts are joined with blanks, and other values are written as text.
    - Lines of JSON objects are as `LinesDataset` has them.

    Text may be packed with gzip or Zstandard.
    """

    KIND: ClassVar[str] = "a table (CSV, TSV, JSON lines or Parquet)"

    def __init__(self, **options: Any) -> None:
        super().__init__(delimiter=",", **options)

    def _read(self, path: str) -> Any:
        with self._fs.open(path, "rb") as handle:
            if handle.read(START).startswith(PARQUET):
                return numbered(texts_of(read_parquet(self._fs, path)), path)
        lines = self._first_lines(path)
        # A first line that is damaged makes lines of JSON no table of text.
        objects = [line.startswith("{") for line in lines]
        if any(objects[:1]) or 2 * sum(objects) > len(lines):
            return lines_of(self._fs, path)
        return self._table(path, delimiter_of(lines))

    def _first_lines(self, path: str) -> list[str]:
        with open_text(self._fs, path, glance(self._fs, path)) as text:
            lines = [line for line in islice(text, SAMPLED) if line.strip()]
        start = lines[0].strip() if lines else ""
        if start.lower().startswith(tuple(mark.decode() for mark in WEB_PAGE)):
            raise NotTextError("it is a web page, perhaps one that says why a file was not sent")
        if DOCUMENT.fullmatch(start):
            raise DataFileError(
                f"{path} is one JSON document, wanted is an object on each line:"
                f" `jq -c '.[]' {path} > rows.jsonl` writes it so."
            )
        return lines

    def preview(self, nrows: int = 10) -> TablePreview:
        """The first rows, for Kedro-Viz."""
        rows = self.load().limit(nrows).to_pyarrow()
        data = [list(row.values()) for row in rows.to_pylist()]
        names = list(map(str, rows.column_names))
        return TablePreview({"index": list(range(len(data))), "columns": names, "data": data})


def delimiter_of(lines: Sequence[str]) -> str:
    """What separates the fields of lines; a comma where nothing does."""
    found = {sign: [fields for fields, _ in records(lines, sign)] for sign in DELIMITERS}
    several = {sign: rows for sign, rows in found.items() if rows and len(rows[0]) > 1}

    def evenness(sign: str) -> tuple[bool, float, int]:
        rows, wanted = several[sign], len(several[sign][0])
        torn = any(field.count('"') % 2 for row in rows for field in row)
        return not torn, sum(len(row) == wanted for row in rows) / len(rows), wanted

    return max(several, key=evenness, default=",")


def texts_of(table: Table) -> Table:
    """A table of any types with its columns as text, named as those of a raw table."""
    columns = [pair for name in table.columns for pair in _flat(name, table[name])]
    return table.select(
        **{raw_name(n, name): _text(column) for n, (name, column) in enumerate(columns)}
    )


def _flat(name: str, column: Any) -> Iterator[tuple[str, Column]]:
    """A column, or those of a struct, by their path."""
    if not column.type().is_struct():
        yield name, column
        return
    for inner in column.names:
        yield from _flat(f"{name}.{inner}", column[inner])


def _text(column: Any) -> Any:
    kind = column.type()
    if kind.is_array() and kind.value_type.is_string():
        return column.join(" ")
    return column if kind.is_string() else column.cast("string")
