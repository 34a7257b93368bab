"""A PDF file."""

from __future__ import annotations

from typing import IO, Any, ClassVar

from siger_pipeline.datasets.base import AtomicDataset, DataFileError


class PdfDataset(AtomicDataset):
    """A PDF as bytes."""

    KIND: ClassVar[str] = "a PDF"
    MAGIC: ClassVar[tuple[bytes, ...]] = (b"%PDF",)

    def _read(self, path: str) -> Any:
        with self._fs.open(path, "rb") as handle:
            content = handle.read()
        if not content.startswith(self.MAGIC):
            raise ValueError("it does not begin with %PDF")
        return content

    def _write(self, handle: IO[bytes], data: Any) -> None:
        if not isinstance(data, bytes) or not data.startswith(self.MAGIC):
            raise DataFileError(
                f"{self._filepath} takes the bytes of a PDF, not a {type(data).__name__}."
            )
        handle.write(data)
