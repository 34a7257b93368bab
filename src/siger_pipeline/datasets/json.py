"""A JSON file."""

from __future__ import annotations

import json
from typing import IO, Any, ClassVar

from kedro_datasets._typing import JSONPreview

from siger_pipeline.datasets.base import AtomicDataset


class JsonDataset(AtomicDataset):
    """A JSON document, keys sorted; NumPy scalars become numbers, NaN and infinity are refused."""

    KIND: ClassVar[str] = "JSON"

    def _read(self, path: str) -> Any:
        with self._fs.open(path, "rb") as handle:
            return json.load(handle)

    def _write(self, handle: IO[bytes], data: Any) -> None:
        handle.write(_text(data).encode())

    def preview(self) -> JSONPreview:
        """The document, for Kedro-Viz."""
        return JSONPreview(json.dumps(self.load()))


def _text(data: Any) -> str:
    options: dict[str, Any] = {"sort_keys": True, "allow_nan": False, "ensure_ascii": False}
    return json.dumps(data, indent=2, default=_number, **options) + "\n"


def _number(value: Any) -> Any:
    import numpy as np

    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not JSON: {value!r}")
