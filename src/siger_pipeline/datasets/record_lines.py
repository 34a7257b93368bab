"""A raw file with a record a line: JSON, or Python literals, which become JSON."""

from __future__ import annotations

from typing import Any, ClassVar

from siger_pipeline.datasets.duckdb import spill_folder
from siger_pipeline.datasets.lines import LinesDataset, copied, numbered, read_lines
from siger_pipeline.datasets.literals import are_literals, as_json
from siger_pipeline.datasets.look import glance, look
from siger_pipeline.datasets.rawtext import open_text, write_lines
from siger_pipeline.threads import number_of_threads


class RecordLinesDataset(LinesDataset):
    """As `LinesDataset`, but lines that are Python literals are loaded as JSON.

    Amazon's metadata of 2014 are written so. The first lines tell; the literals are parsed in
    processes side by side, one a thread that this process may use, and never evaluated. A line
    that is none stays as it is, for the source to call it bad.
    """

    KIND: ClassVar[str] = "lines of JSON or of Python literals"

    def _read(self, path: str) -> Any:
        with open_text(self._fs, path, glance(self._fs, path)) as lines:
            literal = are_literals(lines)
        if not literal:
            return super()._read(path)
        with open_text(self._fs, path, look(self._fs, path)) as lines:
            copy = write_lines(as_json(lines, number_of_threads()), spill_folder())
        return numbered(read_lines(copied(copy)), path)
