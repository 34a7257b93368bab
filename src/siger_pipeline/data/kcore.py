"""The k-core: every user and every item has at least k interactions."""

import pandas as pd
from ibis.expr.types import Table

from siger_pipeline.data.counts import count_step
from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError


def k_core(interactions: Table, k: int) -> tuple[Table, pd.DataFrame]:
    """The interactions left when users and items with fewer than k are dropped until none is.

    They are the largest set in which each user and each item has k interactions, whatever the
    order of the passes.

    Args:
        interactions: columns user, item, others; one row a pair.
        k: at least 1.

    Returns:
        The rows of the core, sorted by user, item; a row of counts for each pass, the last of which
        removes nothing.

    Raises:
        InputError: the core is empty.
    """
    before = count_step(interactions, "before")
    passes = [before]
    core = interactions
    while len(passes) == 1 or passes[-1][Columns.REMOVED].item():
        thinner = _one_pass(core, k).cache()
        if core is not interactions:
            core.release()
        core = thinner
        left = passes[-1][Columns.INTERACTIONS].item()
        passes.append(count_step(core, f"{k}-core, pass {len(passes)}", left))
    if passes[-1][Columns.INTERACTIONS].item() == 0:
        raise InputError(_nothing_left(before, k))
    return core.order_by(Columns.USER, Columns.ITEM), pd.concat(passes[1:], ignore_index=True)


def _one_pass(interactions: Table, k: int) -> Table:
    left = interactions
    for key in (Columns.USER, Columns.ITEM):
        degrees = interactions.group_by(key).aggregate(degree=lambda t: t.count())
        left = left.semi_join(degrees.filter(degrees["degree"] >= k), key)
    return left


def _nothing_left(before: pd.DataFrame, k: int) -> str:
    users, items, interactions = (
        before[name].item() for name in (Columns.USERS, Columns.ITEMS, Columns.INTERACTIONS)
    )
    return (
        f"nothing is left after the {k}-core: before it there were {interactions} interactions of"
        f" {users} users with {items} items; lower ingest.k_core, or give more data."
    )
