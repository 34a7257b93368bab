"""One interaction per user and item."""

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns


def first_of(table: Table, keys: list[str], order: list[str]) -> Table:
    """The row that comes first in `order` (nulls last) for each value of `keys`."""
    position = ibis.row_number().over(group_by=keys, order_by=order)
    return table.mutate(position=position).filter(lambda t: t["position"] == 0).drop("position")


def one_per_pair(interactions: Table) -> Table:
    """One row for each user and item: the earliest, whatever the order of the lines.

    Of equal times the lower rating counts, of equal ratings the lesser split, then the first line.

    Args:
        interactions: columns user, item, timestamp, `line_number`, others.

    Returns:
        The same columns without `line_number`, in no order.
    """
    pair = [Columns.USER, Columns.ITEM]
    others = [Columns.RATING, Columns.SPLIT, Columns.LINE_NUMBER]
    order = [Columns.TIMESTAMP, *(name for name in others if name in interactions.columns)]
    return first_of(interactions, pair, order).drop(Columns.LINE_NUMBER)


def repeats(rows: Table) -> tuple[int, int]:
    """How many rows repeat the user and item of another, and how many of them repeat all of it.

    Args:
        rows: interactions as read.
    """
    pair = [Columns.USER, Columns.ITEM]
    values = [*pair, *(n for n in (Columns.RATING, Columns.TIMESTAMP) if n in rows.columns)]
    counted = rows.group_by(values).aggregate(copies=rows.count())
    each = counted.group_by(pair).aggregate(rows=counted["copies"].sum(), different=counted.count())
    repeated = each.filter(each["rows"] > 1)
    sums = (
        repeated.aggregate(
            repeats=(repeated["rows"] - 1).sum().fill_null(0),
            same=(repeated["rows"] - repeated["different"]).sum().fill_null(0),
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    return int(sums["repeats"]), int(sums["same"])
