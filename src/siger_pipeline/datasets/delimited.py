"""A raw table in a text file with a header: CSV, TSV, MMRec's `.inter`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from kedro_datasets._typing import TablePreview

from siger_pipeline.data.schema import Columns
from siger_pipeline.datasets.base import DataFileError, ReadOnlyDataset
from siger_pipeline.datasets.duckdb import connection, reader
from siger_pipeline.datasets.lines import LONGEST_LINE, check_gzip, read_to_the_end

if TYPE_CHECKING:
    from ibis.expr.types import Table


class DelimitedDataset(ReadOnlyDataset):
    """A delimited file as an Ibis table: every column text, and `line_number`, `file` beside them.

    UTF-8, gzip by its ending; fields that hold the delimiter or line ends stand in double quotes.
    `line_number` counts rows with the header as 1: a line break inside quotes does not count.

    Args:
        delimiter: one character.
        optional: an absent file is a table without rows, with `line_number` and `file` only.
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
            DataFileError: the file is missing and not optional, has no header, or has a row that
                cannot be read; the message names file and line.
        """
        if self._optional and not self._exists():
            return _no_rows()
        return super().load()

    def why_missing(self) -> str:
        """As of any file; nothing where it is optional."""
        return "" if self._optional else super().why_missing()

    def _read(self, path: str) -> Any:
        check_gzip(self._fs, path)
        table = reader(self._fs).read_csv(
            self._url(path),
            columns=dict.fromkeys(self._header(path), "VARCHAR"),
            header=True,
            delim=self._delimiter,
            quote='"',
            escape='"',
            max_line_size=LONGEST_LINE,
        )
        return read_to_the_end(table, path, first_line=2)

    def _header(self, path: str) -> list[str]:
        with self._text(path) as text:
            names = next(csv.reader([text.readline()], delimiter=self._delimiter), [])
        unusable = {Columns.LINE_NUMBER, Columns.FILE, ""}.intersection(names)
        if not names or unusable or len({name.lower() for name in names}) < len(names):
            raise DataFileError(
                f"{path}, line 1: the header is {names}, wanted are distinct column names, none of"
                f" them empty, {Columns.LINE_NUMBER!r} or {Columns.FILE!r}."
            )
        return names

    @contextmanager
    def _text(self, path: str) -> Iterator[io.TextIOWrapper]:
        with self._fs.open(path, "rb", compression="infer") as raw:
            yield io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")

    def preview(self, nrows: int = 10) -> TablePreview:
        """The first rows, for Kedro-Viz; nothing else of the file is read."""
        if self._optional and not self._exists():
            return TablePreview({"index": [], "columns": [], "data": []})
        path = self._existing_path()
        with self._text(path) as text:
            _, *data = islice(csv.reader(text, delimiter=self._delimiter), nrows + 1)
        names = self._header(path)
        return TablePreview({"index": list(range(len(data))), "columns": names, "data": data})

    def _describe(self) -> dict[str, Any]:
        return {
            **super()._describe(),
            "delimiter": self._delimiter,
            "optional": self._optional,
        }


def _no_rows() -> Table:
    # Of the same connection as every other table: Ibis joins no tables of different ones.
    columns = f"{Columns.LINE_NUMBER} BIGINT, {Columns.FILE} VARCHAR"
    connection().raw_sql(f"CREATE TEMP TABLE IF NOT EXISTS no_rows ({columns})")
    return connection().table("no_rows")
