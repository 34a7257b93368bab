"""Users who have every item: nothing can be recommended to them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from siger_pipeline.data.schema import Columns
from siger_pipeline.remarks import Remark

if TYPE_CHECKING:
    from ibis.expr.types import Table

NAMED = 5


def users_with_every_item(training: csr_matrix, user_index: Table) -> list[Remark]:
    """A warning on the users who have every item in training; none where no user has.

    Args:
        training: the training interactions, [U, I].
        user_index: user_id, user.
    """
    full = np.flatnonzero(np.diff(training.indptr) == training.shape[1])
    if not training.shape[1] or not len(full):
        return []
    chosen = user_index.filter(user_index[Columns.USER_ID].isin(full[:NAMED].tolist()))
    names = chosen.order_by(Columns.USER_ID)[Columns.USER].to_pyarrow().to_pylist()
    more = ", …" if len(full) > NAMED else ""
    text = (
        f"Users with all {training.shape[1]} items in training: {len(full)} of "
        f"{training.shape[0]} (user {', '.join(names)}{more}). Nothing is left to recommend to "
        "them, and there is nothing to train them on."
    )
    return [Remark(text, logging.WARNING)]
