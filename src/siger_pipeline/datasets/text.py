"""A UTF-8 text file."""

from __future__ import annotations

import re
from html import escape
from typing import IO, Any, ClassVar

from kedro_datasets._typing import HTMLPreview

from siger_pipeline.datasets.base import AtomicDataset


class TextDataset(AtomicDataset):
    """A text, line ends as they are."""

    KIND: ClassVar[str] = "UTF-8 text"

    def _read(self, path: str) -> Any:
        with self._fs.open(path, "rb") as handle:
            return handle.read().decode("utf-8")

    def _write(self, handle: IO[bytes], data: Any) -> None:
        handle.write(data.encode("utf-8"))

    def preview(self) -> HTMLPreview:
        """The text, for Kedro-Viz; of a page of HTML its title and where it is to be opened."""
        text, path = self.load(), self._existing_path()
        if not path.endswith(".html"):
            return HTMLPreview(f"<pre>{escape(text)}</pre>")
        title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
        named = title[1] if title else "A page"
        size = f"{len(text.encode()) / 2**20:.1f} MiB"
        return HTMLPreview(f"<p>{named}</p><p>{size}. Open in a browser: {escape(path)}</p>")
