"""A UTF-8 text file."""

from __future__ import annotations

from typing import IO, Any, ClassVar

from siger_pipeline.datasets.base import AtomicDataset


class TextDataset(AtomicDataset):
    """A text, line ends as they are."""

    KIND: ClassVar[str] = "UTF-8 text"

    def _read(self, path: str) -> Any:
        with self._fs.open(path, "rb") as handle:
            return handle.read().decode("utf-8")

    def _write(self, handle: IO[bytes], data: Any) -> None:
        handle.write(data.encode("utf-8"))
