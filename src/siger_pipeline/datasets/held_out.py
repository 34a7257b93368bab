"""The test split: whoever loads it leaves an entry in a log."""

from __future__ import annotations

import hashlib
from contextvars import ContextVar
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, ClassVar

from siger_pipeline.datasets.json_lines import JsonLinesDataset
from siger_pipeline.datasets.sparse import SparseDataset

reader: ContextVar[str | None] = ContextVar("reader", default=None)
"""The node that loads at the moment; outside of a run, such as in a notebook, there is none."""


class HeldOutDataset(SparseDataset):
    """A CSR matrix, each load of which is logged: `time`, `node`, `version` and `sha256`.

    The entry comes first, and where it cannot be written nothing is loaded. `sha256` is of the
    file. What only looks at the file, as previews and the cache do, leaves no entry.
    """

    WITHOUT_EFFECT: ClassVar[frozenset[str]] = SparseDataset.WITHOUT_EFFECT | {"log"}

    def __init__(self, *, log: dict[str, Any], **arguments: Any) -> None:
        """Take what `AtomicDataset` takes, and the arguments of the log (`JsonLinesDataset`)."""
        super().__init__(**arguments)
        self._log = JsonLinesDataset(**log)

    def load(self) -> Any:
        """The matrix; see `AtomicDataset.load`.

        Raises:
            WriteError: the entry could not be written.
        """
        path = self._existing_path()
        with self._fs.open(path, "rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        entry = {
            "time": datetime.now().astimezone().isoformat(timespec="seconds"),
            "node": reader.get(),
            "version": PurePosixPath(path).parent.name if self._version else None,
            "sha256": digest,
        }
        self._log.save(entry)
        return super().load()
