"""Ready-made feature matrices, row n for the source's item n.

Shapes: S items of the source, I of the catalogue, d dimensions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import MATRIX, RawFile
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
from siger_pipeline.features.extractor import Extractor
from siger_pipeline.remarks import without_features

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from ibis.expr.types import Table
    from numpy.typing import NDArray

    from siger_pipeline.features.align import Extracted, Features


class Config(PartConfig):
    """`features.matrix:` of the parameters."""

    matrix: Annotated[
        str,
        RawFile(
            MATRIX,
            "MMRec's ready-made features (row n for item n), from the data folder that "
            "https://github.com/enoche/MMRec links to. Or leave a modality out, such as --params "
            "features.modalities.image=null.",
        ),
    ] = Field("{modality}_feat.npy", description="file of the matrix, [S, d]")
    block_mib: float = Field(
        64,
        gt=0,
        description="bound on the rows converted at once, MiB",
        json_schema_extra={"names": False},
    )


def extract(item_index: Table, config: Config, items: Table, matrix: NDArray) -> Extracted:
    """The rows of the catalogue's items; see `pick_rows`.

    Args:
        item_index: item_id, item, row.
        config: parameters.
        items: all items of the source with their row.
        matrix: as in the file.

    Raises:
        InputError: an item has no row number; the matrix has not exactly one row for each number
            of the source; or as `pick_rows` does.
    """
    from siger_pipeline.features.align import index_frame, require_numeric

    name = str(getattr(matrix, "filename", None) or "the ready-made feature matrix")
    require_numeric(matrix, name)
    rows = _rows_of(index_frame(item_index))
    wanted = max(int(items[Columns.ROW].max().to_pyarrow().as_py() or 0), int(rows.max())) + 1
    if len(matrix) != wanted:
        raise InputError(
            f"{name} has {len(matrix)} rows, but the source numbers its items 0 … {wanted - 1}:"
            f" {wanted} rows are wanted, row n for item n. Take the feature file that belongs to"
            " these interactions."
        )
    features, missing = pick_rows(matrix, rows, name, config.block_mib)
    reasons = {f"have a row of zeros in {name}": int(missing.sum())}
    return features, missing, without_features("ready-made features", reasons, len(rows))


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
    import numpy as np

    from siger_pipeline.features.align import with_missing

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
    import numpy as np

    finite = np.isfinite(block)
    if not finite.all():
        n, column = np.argwhere(~finite)[0]
        raise InputError(
            f"{name}, row {rows[n]}, column {column}: found {matrix[rows[n], column]}, wanted is a"
            " finite number within float32. Mend the file, or leave the modality out."
        )


def _rows_of(index: pd.DataFrame) -> NDArray[np.int64]:
    import numpy as np

    row = index[Columns.ROW]
    if row.isna().any():
        item = index[Columns.ITEM][row.isna()].iloc[0]
        raise InputError(
            f"Item {item!r} has no row number: the extractor `matrix` needs a source that numbers"
            " its items as the matrix does, such as mmrec. Choose another extractor in"
            " features.modalities."
        )
    rows = row.to_numpy(dtype=np.int64)
    if rows.min() < 0:
        raise InputError(f"item_index has row {rows.min()}: row numbers begin with 0.")
    return rows


EXTRACTOR = Extractor(Config, extract)
