"""In place of a raw file that a data set does not have."""

from __future__ import annotations

from typing import Any, ClassVar

from siger_pipeline.datasets.base import ReadOnlyDataset


class NothingDataset(ReadOnlyDataset):
    """Loads None: the parameter that would name the file is null, and its path leads nowhere."""

    KIND: ClassVar[str] = "nothing"

    def load(self) -> None:
        """None."""

    def why_missing(self) -> str:
        """Nothing is missing."""
        return ""

    def _read(self, path: str) -> Any:
        raise NotImplementedError  # `load` reads no file
