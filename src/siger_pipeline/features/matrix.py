"""Ready-made feature matrices. Shapes: S items of the source, I of the catalogue, d dimensions."""

import numpy as np
import pandas as pd
from ibis.expr.types import Table
from numpy.typing import NDArray

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.features.align import Extracted, Features, index_frame, with_missing
from siger_pipeline.features.config import MatrixConfig
from siger_pipeline.remarks import without_features


def extract(item_index: Table, config: MatrixConfig, items: Table, raw: NDArray) -> Extracted:
    """The rows of the catalogue's items; see `pick_rows`.

    Args:
        item_index: item_id, item, row.
        config: parameters.
        items: all items of the source with their row.
        raw: the matrix as in the file.

    Raises:
        InputError: an item has no row number; the matrix has not exactly one row for each number
            of the source; or as `pick_rows` does.
    """
    name = str(getattr(raw, "filename", None) or "the ready-made feature matrix")
    require_numeric(raw, name)
    rows = _rows_of(index_frame(item_index))
    wanted = max(int(items[Columns.ROW].max().to_pyarrow().as_py() or 0), int(rows.max())) + 1
    if len(raw) != wanted:
        raise InputError(
            f"{name} has {len(raw)} rows, but the source numbers its items 0 … {wanted - 1}:"
            f" {wanted} rows are wanted, row n for item n. Take the feature file that belongs to"
            " these interactions."
        )
    features, missing = pick_rows(raw, rows, name, config.block_mib)
    reasons = {f"have a row of zeros in {name}": int(missing.sum())}
    return features, missing, without_features("ready-made features", reasons, len(rows))


def require_numeric(matrix: NDArray, name: str) -> None:
    """Refuse what is not a matrix of numbers.

    Raises:
        InputError: not two-dimensional, no columns, or neither whole numbers nor floats.
    """
    if matrix.ndim != 2 or matrix.shape[1] == 0:
        raise InputError(f"{name} has shape {matrix.shape}, wanted is (items, dimensions).")
    if matrix.dtype.kind not in "fiu":
        raise InputError(
            f"{name} holds {matrix.dtype}, wanted are numbers: float16, float32, float64 or whole."
        )


def pick_rows(matrix_Sd: NDArray, rows: NDArray[np.int64], name: str, block_mib: float) -> Features:
    """Row n of the result is row `rows[n]` of the matrix, as float32.

    The matrix, which may be mapped from a file, is read in blocks.

    Args:
        matrix_Sd: numbers.
        rows: [I], each within the matrix.
        name: what messages call the matrix.
        block_mib: bound on the rows converted at once, MiB.

    Returns:
        float32 [I, d]; True for items whose row is zero.

    Raises:
        InputError: a value is not finite as float32; every row is zero.
    """
    features_Id = np.empty((len(rows), matrix_Sd.shape[1]), dtype=np.float32)
    step = max(1, int(block_mib * 2**20) // (matrix_Sd.shape[1] * matrix_Sd.itemsize))
    for start in range(0, len(rows), step):
        block = slice(start, start + step)
        # A float64 beyond float32 turns into infinity, which is then refused by name.
        with np.errstate(over="ignore"):
            features_Id[block] = matrix_Sd[rows[block]]
        _require_finite(features_Id[block], matrix_Sd, rows[block], name)
    if not features_Id.any():
        raise InputError(f"{name} is zero in the rows of all {len(rows)} items.")
    return with_missing(features_Id)


def _require_finite(
    block: NDArray[np.float32], matrix: NDArray, rows: NDArray[np.int64], name: str
) -> None:
    finite = np.isfinite(block)
    if not finite.all():
        n, column = np.argwhere(~finite)[0]
        raise InputError(
            f"{name}, row {rows[n]}, column {column}: found {matrix[rows[n], column]}, wanted is a"
            " finite number within float32. Mend the file, or leave the modality out."
        )


def _rows_of(index: pd.DataFrame) -> NDArray[np.int64]:
    row = index[Columns.ROW]
    if row.isna().any():
        item = index[Columns.ITEM][row.isna()].iloc[0]
        raise InputError(
            f"Item {item!r} has no row number: the extractor `matrix` needs a source that numbers"
            " its items as the matrix does (ingest.source = mmrec). Take another extractor in"
            " features.modalities."
        )
    rows = row.to_numpy(dtype=np.int64)
    if rows.min() < 0:
        raise InputError(f"item_index has row {rows.min()}: row numbers begin with 0.")
    return rows
