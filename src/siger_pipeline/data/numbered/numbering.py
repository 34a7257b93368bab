"""Ids that are whole numbers from 0 without a gap, as rows of a feature matrix are."""

import ibis
from ibis.expr.types import BooleanValue, StringValue, Table

from siger_pipeline.data.schema import Columns
from siger_pipeline.data.values import wrong
from siger_pipeline.errors import InputError


def not_a_number(table: Table, raw: str, number: str) -> tuple[BooleanValue, StringValue]:
    """Where `number`, read from the text column `raw`, is null or negative; and the words."""
    bad = table[number].isnull() | (table[number] < 0)
    return bad, wrong(raw, table[raw], "a whole number from 0")


def repeated(table: Table, field: str, column: str) -> tuple[BooleanValue, StringValue]:
    """Where a value of `column`, `field` in the file, occurs on an earlier line; and the words."""
    earlier = ibis.row_number().over(group_by=column, order_by=Columns.LINE_NUMBER)
    return earlier > 0, f"{field} " + table[column].cast("string") + " occurs a second time"


def require_every_number(table: Table, field: str, column: str, file: str) -> None:
    """Refuse numbers that leave one out between 0 and the largest.

    Args:
        table: `column` holds whole numbers from 0, repeats allowed.
        field: the name of the numbers in the file.
        column: their name in the table.
        file: that they were read from.

    Raises:
        InputError: it names the file, the field and the first number that is absent.
    """
    distinct = table.select(number=table[column]).distinct()
    largest, different = (
        distinct.aggregate(largest=distinct["number"].max(), different=distinct.count())
        .to_pandas()
        .iloc[0]
    )
    if largest + 1 == different:
        return
    ranked = distinct.mutate(rank=ibis.row_number().over(order_by="number"))
    absent = ranked.filter(ranked["rank"] != ranked["number"])["rank"].min()
    raise InputError(
        f"{file}: {field} goes up to {largest}, but only {different} numbers occur, and"
        f" {absent.to_pyarrow().as_py()} is the first that does not; wanted is every number from 0."
    )
