"""A log: a JSON document a line, in the order in which they came."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import IO, Any, ClassVar

from kedro_datasets._typing import TablePreview

from kedro_fresh.writing import write_error
from siger_pipeline.datasets.base import AtomicDataset


class JsonLinesDataset(AtomicDataset):
    """A local file to which each save adds a line; a load gives all of them.

    A line is written at once, so that processes may write side by side.
    """

    KIND: ClassVar[str] = "lines of JSON"

    def save(self, data: dict[str, Any]) -> None:
        """Add a document.

        Raises:
            WriteError: the system refused to write.
        """
        path, line = Path(self._filepath), json.dumps(data, ensure_ascii=False) + "\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                os.write(file, line.encode())
            finally:
                os.close(file)
        except OSError as error:
            raise write_error(str(path), error) from error

    def preview(self, nrows: int = 50) -> TablePreview:
        """The last documents, for Kedro-Viz."""
        last = self.load()[-nrows:]
        columns = list(dict.fromkeys(key for document in last for key in document))
        data = [[document.get(key) for key in columns] for document in last]
        return TablePreview({"index": list(range(len(data))), "columns": columns, "data": data})

    def _read(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]

    def _write(self, handle: IO[bytes], data: Any) -> None:
        raise NotImplementedError  # `save` adds to the file in place of writing it
