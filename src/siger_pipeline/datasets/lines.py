"""A raw text file, a row a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

import fsspec
from kedro_datasets._typing import TablePreview

from siger_pipeline.data.schema import Columns
from siger_pipeline.datasets.base import ReadOnlyDataset
from siger_pipeline.datasets.duckdb import read_text, spill_folder
from siger_pipeline.datasets.kinds import GZIP
from siger_pipeline.datasets.look import LONGEST_LINE, PLAIN, glance, look
from siger_pipeline.datasets.rawtext import open_text, write_lines

if TYPE_CHECKING:
    from ibis.expr.types import Table

PREVIEWED = 240  # characters of a line


class LinesDataset(ReadOnlyDataset):
    """A text file as an Ibis table: `line_number` (from 1), `line` (null where empty), `file`.

    UTF-8, or UTF-16 by its marks; gzip and Zstandard by their first bytes; any line ends, mixed
    ones too. What DuckDB cannot read is read from a clean copy in the temporary folder; bytes that
    are no text are logged and read as U+FFFD. `load` reads the file once to its end, so that a
    truncated or damaged one fails here, by its name, and not in the middle of a stage.
    """

    KIND: ClassVar[str] = "lines of UTF-8 text"
    MAGIC: ClassVar[tuple[bytes, ...]] = (GZIP,)

    def _read(self, path: str) -> Any:
        return lines_of(self._fs, path)

    def preview(self, nrows: int = 5) -> TablePreview:
        """The beginnings of the first lines, for Kedro-Viz."""
        path = self._existing_path()
        with open_text(self._fs, path, glance(self._fs, path)) as lines:
            first = list(islice(lines, nrows))
        data = [[number, line[:PREVIEWED]] for number, line in enumerate(first, start=1)]
        columns = [str(Columns.LINE_NUMBER), str(Columns.LINE)]
        return TablePreview({"index": list(range(len(data))), "columns": columns, "data": data})


def lines_of(filesystem: fsspec.AbstractFileSystem, path: str) -> Table:
    """The lines of a file; see `LinesDataset`."""
    seen = look(filesystem, path)
    if seen.clean:
        return numbered(read_lines(TextSource(filesystem, path, seen.packing)), path)
    with open_text(filesystem, path, seen) as lines:
        copy = write_lines(lines, spill_folder())
    return numbered(read_lines(copied(copy)), path)


@dataclass(frozen=True)
class TextSource:
    """A text file for DuckDB.

    Attributes:
        filesystem: of the file.
        path: of the file.
        packing: of the file, as `Look` has it.
        longest: bytes of a line.
    """

    filesystem: fsspec.AbstractFileSystem
    path: str
    packing: str
    longest: int = LONGEST_LINE

    def read(self, columns: Sequence[str], **options: Any) -> Table:
        """Columns of text, as `read_text` gives them."""
        return read_text(
            self.filesystem,
            self.path,
            columns,
            max_line_size=self.longest,
            compression=self.packing,
            **options,
        )


def copied(copy: str) -> TextSource:
    """A clean copy in the temporary folder."""
    return TextSource(fsspec.filesystem("file"), copy, PLAIN, longest=4 * LONGEST_LINE)


def read_lines(source: TextSource) -> Table:
    """The column `line` of a text."""
    return source.read([Columns.LINE], header=False)


def numbered(table: Table, path: str, first: int = 1) -> Table:
    """The table with `line_number` and `file` added."""
    import ibis

    return table.mutate(
        **{
            Columns.LINE_NUMBER: ibis.row_number() + first,
            # A name need not be UTF-8, and this one is only shown.
            Columns.FILE: ibis.literal(path.encode(errors="replace").decode()),
        }
    )
