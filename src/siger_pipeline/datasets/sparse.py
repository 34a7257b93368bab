"""A scipy CSR matrix in an `.npz` file."""

from __future__ import annotations

from typing import IO, Any, ClassVar

from kedro_datasets._typing import HTMLPreview

from siger_pipeline.datasets.base import AtomicDataset, DataFileError


class SparseDataset(AtomicDataset):
    """A CSR matrix with sorted indices and no duplicates; dtypes stay as they are.

    Not compressed: graphs are read far oftener than written, and index arrays compress badly.
    """

    KIND: ClassVar[str] = "a sparse matrix (.npz)"
    MAGIC: ClassVar[tuple[bytes, ...]] = (b"PK\x03\x04",)

    def _read(self, path: str) -> Any:
        import scipy.sparse as sp

        with self._fs.open(path, "rb") as handle:
            matrix = sp.csr_matrix(sp.load_npz(handle))
        # An index out of range would crash the compiled code that trusts it.
        matrix.check_format(full_check=True)
        return matrix

    def _write(self, handle: IO[bytes], data: Any) -> None:
        import scipy.sparse as sp

        if not isinstance(data, sp.csr_matrix | sp.csr_array) or data.dtype.hasobject:
            raise DataFileError(
                f"{self._filepath} takes a scipy CSR matrix of numbers, not a"
                f" {type(data).__name__} of {getattr(data, 'dtype', 'no dtype')}."
            )
        matrix = sp.csr_matrix(data, copy=True)
        matrix.sum_duplicates()
        sp.save_npz(handle, matrix, compressed=False)

    def preview(self) -> HTMLPreview:
        """Shape, dtype, stored values, density, and where the values are, for Kedro-Viz."""
        from siger_pipeline.datasets.sketch import picture_of_sparse, shown

        matrix = self._read(self._existing_path())
        size = matrix.shape[0] * matrix.shape[1]
        facts = {
            "shape": f"{matrix.shape[0]:,} × {matrix.shape[1]:,}",
            "dtype": matrix.dtype,
            "stored values": f"{matrix.nnz:,}",
            "density": f"{matrix.nnz / size if size else 0.0:.3%}",
        }
        if not size:
            return shown(facts)
        return shown(facts, picture_of_sparse(matrix), "Where values are stored, darker for more:")
