"""The k-core: every user and every item has at least k interactions."""

import pandas as pd
from ibis.expr.types import Table

from siger_pipeline.data.counts import count_step
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.errors import InputError

HELD_OUT = "with what is held out"


def k_core(interactions: Table, k: int, of: str = "") -> tuple[Table, pd.DataFrame]:
    """The interactions left when users and items with fewer than k are dropped until none is.

    They are the largest set in which each user and each item has k interactions, whatever the
    order of the passes.

    Args:
        interactions: columns user, item, others; one row a pair.
        k: at least 1.
        of: which interactions they are, for the names of the passes.

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
        passes.append(count_step(core, f"{k}-core{of}, pass {len(passes)}", left))
    if passes[-1][Columns.INTERACTIONS].item() == 0:
        raise InputError(_nothing_left(before, k))
    return core.order_by(Columns.USER, Columns.ITEM), pd.concat(passes[1:], ignore_index=True)


def core_of_training(labelled: Table, k: int) -> tuple[Table, pd.DataFrame]:
    """The interactions of users and items that are in the k-core of the training interactions.

    So every user and item has k training interactions, and what is held out chose none of them.

    Args:
        labelled: columns user, item, split, others; one row a pair.
        k: at least 1.

    Returns:
        The rows that are left, training and held out, sorted by user, item; rows of counts: the
        training interactions alone, each pass, and with what is held out.

    Raises:
        InputError: the core is empty.
    """
    training = labelled.filter(labelled[Columns.SPLIT] == Split.TRAIN.value)
    core, passes = k_core(training, k, " of training")
    left = labelled
    for key in (Columns.USER, Columns.ITEM):
        left = left.semi_join(core, key)
    left = left.cache()
    alone, counted = count_step(training, "training alone"), count_step(left, HELD_OUT)
    trained, in_core, in_all = (
        int(step[Columns.INTERACTIONS].iloc[-1]) for step in (alone, passes, counted)
    )
    held_out = int(labelled.count().to_pyarrow().as_py()) - trained
    counted[Columns.REMOVED] = held_out - (in_all - in_core)
    steps = pd.concat([alone, passes, counted], ignore_index=True)
    return left.order_by(Columns.USER, Columns.ITEM), steps


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
