"""A dense matrix or vector in a `.npy` file, memory-mapped."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, ClassVar

from kedro_datasets._typing import HTMLPreview

from siger_pipeline.datasets.base import AtomicDataset, DataFileError

if TYPE_CHECKING:
    import numpy as np

MATRIX = 2  # dimensions


class MatrixDataset(AtomicDataset):
    """A NumPy array of numbers or booleans; arrays of objects are neither pickled nor unpickled.

    `load` gives a read-only memory map of a local file (dtype as in the file), so that only what
    is touched is read; a remote file is read whole.
    """

    KIND: ClassVar[str] = "a NumPy matrix (.npy)"
    MAGIC: ClassVar[tuple[bytes, ...]] = (b"\x93NUMPY",)

    def _read(self, path: str) -> Any:
        from numpy.lib import format as npy

        with self._fs.open(path, "rb") as handle:
            if _dtype(handle).hasobject:
                raise DataFileError(
                    f"{path} holds Python objects, which are never unpickled: save the matrix with"
                    " a numeric dtype, such as float32."
                )
            if self._protocol != "file":
                handle.seek(0)
                return npy.read_array(handle, allow_pickle=False)
        return npy.open_memmap(path, mode="r")

    def _write(self, handle: IO[bytes], data: Any) -> None:
        import numpy as np
        from numpy.lib import format as npy

        if not isinstance(data, np.ndarray) or data.dtype.hasobject:
            raise DataFileError(
                f"{self._filepath} takes a NumPy array of numbers or booleans, not"
                f" {getattr(data, 'dtype', type(data).__name__)}."
            )
        npy.write_array(handle, np.asarray(data, order="C"), allow_pickle=False)

    def preview(self) -> HTMLPreview:
        """Shape and dtype, for Kedro-Viz; of features a picture, of a mask how many are true.

        Of a matrix as large as the disk only some rows are read.
        """
        import numpy as np

        from siger_pipeline.datasets.sketch import picture_of_dense, shown

        matrix = self.load()
        facts = {"shape": " × ".join(f"{n:,}" for n in matrix.shape), "dtype": matrix.dtype}
        if matrix.dtype == np.bool_:
            return shown(facts | {"true": f"{np.count_nonzero(matrix):,}"})
        if matrix.ndim != MATRIX or not matrix.size or matrix.dtype.kind not in "fiu":
            return shown(facts)
        caption = "Some rows and columns, evenly spread; positive values blue, negative ones red:"
        return shown(facts, picture_of_dense(matrix), caption)


def _header(handle: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    from numpy.lib import format as npy

    major, _ = npy.read_magic(handle)
    return npy.read_array_header_1_0(handle) if major == 1 else npy.read_array_header_2_0(handle)


def _dtype(handle: IO[bytes]) -> np.dtype[Any]:
    return _header(handle)[2]
