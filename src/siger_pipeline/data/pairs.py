"""One interaction per user and item."""

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns


def first_of(table: Table, keys: list[str], order: list[str]) -> Table:
    """The row that comes first in `order` (nulls last) for each value of `keys`."""
    place = ibis.row_number().over(group_by=keys, order_by=order)
    return table.mutate(place=place).filter(lambda t: t["place"] == 0).drop("place")


def one_per_pair(interactions: Table) -> Table:
    """Keep one row of each user and item: the earliest, or the first line where times are equal.

    Args:
        interactions: columns user, item, timestamp, `line_number`, others.

    Returns:
        The same columns without `line_number`, sorted by user, item.
    """
    pair, order = [Columns.USER, Columns.ITEM], [Columns.TIMESTAMP, Columns.LINE_NUMBER]
    return first_of(interactions, pair, order).drop(Columns.LINE_NUMBER).order_by(pair)
