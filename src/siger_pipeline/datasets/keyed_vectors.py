"""Vectors beside ids, in binary records of one length: Amazon's `image_features_*.b`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import fsspec

from siger_pipeline.datasets.base import START, DataFileError, ReadOnlyDataset
from siger_pipeline.datasets.kinds import GZIP, verdict_on

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 16 << 20  # bytes that are read at once
FLOAT = 4  # bytes
ID = range(0x21, 0x7F)  # the characters of an id: ASCII, visible
FETCH = "Fetch it again."


class KeyedVectors:
    """Ids and vectors of a file, read in blocks.

    Attributes:
        path: of the file.
        dimension: of the vectors.
        count: of the records.
    """

    def __init__(
        self, filesystem: fsspec.AbstractFileSystem, path: str, id_bytes: int, dimension: int
    ) -> None:
        self.path, self.dimension = path, dimension
        self._fs, self._id_bytes = filesystem, id_bytes
        self._record = id_bytes + FLOAT * dimension
        size = int(filesystem.size(path))
        self.count, rest = divmod(size, self._record)
        if rest or not size:
            raise DataFileError(self._wrong_size(size, rest))

    def blocks(self) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
        """Ids, and vectors [n, d], record by record.

        Raises:
            DataFileError: a record has no id where one must be; it says at which byte.
        """
        import numpy as np

        record = np.dtype([("id", f"S{self._id_bytes}"), ("vector", "<f4", (self.dimension,))])
        step = max(BLOCK // self._record, 1)
        with self._fs.open(self.path, "rb") as handle:
            for first in range(0, self.count, step):
                content = handle.read(min(step, self.count - first) * self._record)
                rows = np.frombuffer(content, dtype=record)
                ids = [self._id(raw, first + n) for n, raw in enumerate(rows["id"].tolist())]
                yield ids, rows["vector"]

    def _id(self, raw: bytes, record: int) -> str:
        if len(raw) == self._id_bytes and all(byte in ID for byte in raw):
            return raw.decode("ascii")
        raise DataFileError(
            f"{self.path}, byte {record * self._record:,}: found {raw!r}, wanted is an id of"
            f" {self._id_bytes} letters and digits, which begins each record of"
            f" {self._record:,} bytes. The file is damaged or of another kind. {FETCH}"
        )

    def _wrong_size(self, size: int, rest: int) -> str:
        wanted = (
            f"wanted are records of {self._record:,} bytes, an id of {self._id_bytes} and"
            f" {self.dimension:,} float32"
        )
        with self._fs.open(self.path, "rb") as handle:
            start = handle.read(START)
        if start.startswith(GZIP):
            return f"{self.path} is a gzip file: unpack it with gunzip; {wanted}."
        if size < self._record:
            return f"{self.path} has {size:,} bytes; {wanted}. {verdict_on(start, ())}. {FETCH}"
        return (
            f"{self.path} is truncated or of another kind: {wanted}, and of the record at byte"
            f" {size - rest:,} only {rest:,} bytes are there. {FETCH}"
        )


class KeyedVectorsDataset(ReadOnlyDataset):
    """A file of records, each an id in ASCII and a vector of little-endian float32.

    Args:
        id_bytes: length of an id.
        dimension: of the vectors.
        options: as of `AtomicDataset`.
    """

    KIND: ClassVar[str] = "vectors beside ids"

    def __init__(self, *, id_bytes: int, dimension: int, **options: Any) -> None:
        super().__init__(**options)
        self._id_bytes, self._dimension = id_bytes, dimension

    def _read(self, path: str) -> KeyedVectors:
        return KeyedVectors(self._fs, path, self._id_bytes, self._dimension)

    def _describe(self) -> dict[str, Any]:
        return {
            **super()._describe(),
            "id_bytes": self._id_bytes,
            "dimension": self._dimension,
        }
