"""Interactions that count: within the thresholds, one for each user and item."""

import pandas as pd
from ibis.expr.types import Table

from siger_pipeline.data.counts import count_step
from siger_pipeline.data.pairs import one_per_pair, repeats
from siger_pipeline.data.removed import repeated_pairs
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.thresholds import Thresholds, within
from siger_pipeline.remarks import Remark


def cleaned(
    rows: Table, thresholds: Thresholds, read: pd.DataFrame
) -> tuple[Table, pd.DataFrame, list[Remark]]:
    """The interactions within the thresholds, one per pair; their counts, and remarks.

    Args:
        rows: interactions as read, with the columns of `data.layout`.
        thresholds: on rating and time.
        read: the count of these.

    Returns:
        Interactions, sorted by user, item; a row of counts for each step; remarks on what was left
        out.

    Raises:
        InputError: as of `within`.
    """
    left, steps, remarks = within(rows, thresholds, int(read[Columns.INTERACTIONS].iloc[-1]))
    so_far = pd.concat([read, steps], ignore_index=True)
    before = int(so_far[Columns.INTERACTIONS].iloc[-1])
    # Computed once, since it is counted and then saved.
    interactions = one_per_pair(left).cache()
    unique = count_step(interactions, "one per pair", before)
    if removed := int(unique[Columns.REMOVED].item()):
        remarks += repeated_pairs(before, before - removed, same=repeats(left)[1])
    ordered = interactions.order_by(Columns.USER, Columns.ITEM)
    return ordered, pd.concat([so_far, unique], ignore_index=True), remarks
