"""Rows of features: row n is item n, a zero row is missing.

Shapes: I items, d features of a modality.
"""

from typing import TypeAlias

import numpy as np
import pandas as pd
from ibis.expr.types import Table
from numpy.typing import NDArray

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.remarks import Remark

# The features of a modality [I, d], and which items have none [I]: their rows are zero.
Features: TypeAlias = tuple[NDArray[np.float32], NDArray[np.bool_]]
# The same, and remarks: how many items have none, and why.
Extracted: TypeAlias = tuple[NDArray[np.float32], NDArray[np.bool_], list[Remark]]


def index_frame(item_index: Table) -> pd.DataFrame:
    """The item index, row n for item n.

    Args:
        item_index: item_id, item, row.

    Raises:
        InputError: item ids are not 0 … I − 1, each once.
    """
    frame = item_index.order_by(Columns.ITEM_ID).to_pandas()
    ids = frame[Columns.ITEM_ID].to_numpy()
    wrong = np.flatnonzero(ids != np.arange(len(ids)))
    if len(wrong):
        raise InputError(
            f"item_index has item_id {ids[wrong[0]]} where {wrong[0]} is wanted: ids are 0 …"
            f" {len(ids) - 1}, each once. Run the ingest stage again."
        )
    return frame


def align_items(items: Table, item_index: Table) -> pd.DataFrame:
    """The items of the catalogue and their metadata, row n for item n; null without metadata.

    Args:
        items: item and what describes it.
        item_index: item_id, item, row.

    Returns:
        The columns of `items` but row, and item_id.

    Raises:
        InputError: an item occurs twice in `items`, or item ids are not 0 … I − 1.
    """
    index = index_frame(item_index)
    known = items.drop(Columns.ROW).semi_join(item_index, Columns.ITEM).to_pandas()
    repeated = known[Columns.ITEM][known[Columns.ITEM].duplicated()]
    if len(repeated):
        raise InputError(
            f"items has {repeated.iloc[0]!r} more than once: one row an item is wanted. Run the"
            " ingest stage again."
        )
    wanted = index[[Columns.ITEM_ID, Columns.ITEM]]
    return wanted.merge(known, on=Columns.ITEM, how="left")


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


def with_missing(features: NDArray[np.float32]) -> Features:
    """The features [I, d] and a mask of the zero rows."""
    missing: NDArray[np.bool_] = ~np.any(features, axis=1)
    return features, missing


def require_features(
    features: NDArray[np.float32], missing: NDArray[np.bool_], n_items: int, extractor: str
) -> None:
    """Refuse features that are not those of all items.

    Args:
        features: returned by an extractor, float32 [I, d].
        missing: the same, bool [I].
        n_items: I.
        extractor: its name.

    Raises:
        ParameterError: shape or type are others; a value is not finite; the mask is not that of
            the zero rows.
    """
    what = f"extractor {extractor!r} returned"
    right = features.dtype == np.float32 and features.ndim == 2 and features.size > 0
    if not right or len(features) != n_items:
        raise ParameterError(
            f"{what} features of type {features.dtype} and shape {features.shape}; wanted is"
            f" float32 ({n_items}, d), row n for item n: mend its module"
        )
    if missing.dtype != np.bool_ or not np.array_equal(missing, with_missing(features)[1]):
        raise ParameterError(
            f"{what} a mask that is not that of the zero rows: `with_missing` of"
            " siger_pipeline.features.align makes it"
        )
    if not np.isfinite([features.min(), features.max()]).all():
        raise ParameterError(f"{what} features that are not finite: mend its module")
