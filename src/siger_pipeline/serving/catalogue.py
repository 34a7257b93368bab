"""Ids of users, and ids and texts of items, from the tables of a data set."""

import numpy as np
import pandas as pd
from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns


def ids_of(user_index: Table) -> np.ndarray:
    """Ids of the users as in the source, by row.

    Args:
        user_index: columns user_id, user.
    """
    return user_index.order_by(Columns.USER_ID).to_pandas()[Columns.USER].to_numpy(dtype=object)


def texts_of(item_index: Table, items: Table) -> pd.DataFrame:
    """`item`, and each column of text that the source has of items; row n is item n.

    Args:
        item_index: columns item_id, item.
        items: column item, and others; an item without a row there has no texts.
    """
    kinds = items.schema().items()
    texts = [name for name, kind in kinds if kind.is_string() and name != Columns.ITEM]
    numbered = item_index.select(Columns.ITEM_ID, Columns.ITEM)
    joined = numbered.left_join(items.select(Columns.ITEM, *texts), Columns.ITEM)
    return joined.order_by(Columns.ITEM_ID).select(Columns.ITEM, *texts).to_pandas()
