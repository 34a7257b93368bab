"""One split of the interactions as a sparse matrix."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from siger_pipeline.data.schema import Columns, Split


def interaction_matrix(
    splits: pd.DataFrame, split: Split, n_users: int, n_items: int
) -> csr_matrix:
    """The interactions of a split, R of SIGER where it is the training split.

    Args:
        splits: columns user_id, item_id, split; one row a pair.
        split: which interactions.
        n_users: U.
        n_items: I.

    Returns:
        float32 [U, I], 1 where the user has the item; int32 indices, sorted.

    Raises:
        ValueError: a number is negative or beyond U or I.
    """
    chosen = splits[splits[Columns.SPLIT] == split.value]
    users, items = (chosen[name].to_numpy() for name in (Columns.USER_ID, Columns.ITEM_ID))
    ones = np.ones(len(chosen), np.float32)
    matrix = csr_matrix((ones, (users, items)), shape=(n_users, n_items))
    matrix.sort_indices()
    return matrix
