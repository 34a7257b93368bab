"""A file of ready-made vectors: `.npy`, or Parquet that is read in batches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import fsspec
from kedro_datasets._typing import JSONPreview

from siger_pipeline.datasets.base import START
from siger_pipeline.datasets.matrix import MatrixDataset

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET = b"PAR1"
ROWS = 4_096  # in a batch


@dataclass(frozen=True)
class ParquetVectors:
    """A Parquet file with ids and vectors.

    Attributes:
        filesystem: of the file.
        path: of the file.
        schema: of its columns.
        count: of its rows.
    """

    filesystem: fsspec.AbstractFileSystem
    path: str
    schema: pa.Schema
    count: int

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """These columns, some rows at a time."""
        import pyarrow.parquet as pq

        with self.filesystem.open(self.path, "rb") as handle:
            yield from pq.ParquetFile(handle).iter_batches(ROWS, columns=list(columns))


class VectorFileDataset(MatrixDataset):
    """A file of vectors; its first bytes tell the format.

    Parquet is loaded as `ParquetVectors`, anything else as `MatrixDataset` has it.
    """

    KIND: ClassVar[str] = "vectors (.npy or Parquet)"
    MAGIC: ClassVar[tuple[bytes, ...]] = (*MatrixDataset.MAGIC, PARQUET)

    def _read(self, path: str) -> Any:
        import pyarrow.parquet as pq

        with self._fs.open(path, "rb") as handle:
            if not handle.read(START).startswith(PARQUET):
                return super()._read(path)
            handle.seek(0)
            file = pq.ParquetFile(handle)
            return ParquetVectors(self._fs, path, file.schema_arrow, file.metadata.num_rows)

    def preview(self) -> JSONPreview:
        """Shape and dtype, or rows and columns, for Kedro-Viz; no values are read."""
        loaded = self.load()
        if not isinstance(loaded, ParquetVectors):
            return super().preview()
        summary = {"rows": loaded.count, "columns": loaded.schema.names}
        return JSONPreview(json.dumps(summary))
