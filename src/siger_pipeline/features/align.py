"""Rows of features: row n is item n, a zero row is missing.

Shapes: I items, d features of a modality.
"""

from typing import TypeAlias

import numpy as np
import pandas as pd
from ibis.expr.types import Table
from numpy.typing import NDArray

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError
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


def with_missing(features: NDArray[np.float32]) -> Features:
    """The features [I, d] and a mask of the zero rows."""
    missing: NDArray[np.bool_] = ~np.any(features, axis=1)
    return features, missing
