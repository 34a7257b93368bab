"""What a node that was broken off has left, offered to its next run."""

from __future__ import annotations

from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError


class UnfinishedDataset(AbstractDataset[dict[str, Any], Any]):
    """Catalog name -> object of the outputs of a broken-off run of the node that reads this.

    The caching runner fills it when that run had the same code, parameters and inputs; else, and
    with any other runner, it is empty, and the node starts anew. A node that takes it must write
    its outputs in such an order that the last one says which of the others count.
    """

    def __init__(self, metadata: dict[str, Any] | None = None) -> None:
        """Take the metadata for plugins, such as Kedro-Viz."""
        self.metadata = metadata
        self._offered: dict[str, Any] = {}

    def offer(self, outputs: dict[str, Any]) -> None:
        """Give the node these at its next start."""
        self._offered = outputs

    def load(self) -> dict[str, Any]:
        """What was offered, once."""
        offered, self._offered = self._offered, {}
        return offered

    def save(self, data: Any) -> NoReturn:
        """Always refused: the node's own outputs are what it leaves."""
        raise DatasetError("what a broken-off run has left is read, never written")

    def _describe(self) -> dict[str, Any]:
        return {}
