"""Whether a published split puts each pair of a user and an item into one part."""

from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

PAIR = [Columns.USER_ROW, Columns.ROW]


def require_one_label(rows: Table, file: str) -> None:
    """Refuse a published split that has one pair in two parts.

    A rule of ours that chose one would move interactions between training and test.

    Args:
        rows: columns user_row, row (the item's number), split, `line_number`.
        file: that they were read from.

    Raises:
        InputError: it names the file, the first such pair with its lines, and how many there are.
    """
    pairs = rows.select(*PAIR).distinct().count().to_pyarrow().as_py()
    if pairs == rows.count().to_pyarrow().as_py():
        return
    labels = rows.group_by(PAIR).aggregate(
        first=rows[Columns.SPLIT].min(),
        last=rows[Columns.SPLIT].max(),
        lines=rows[Columns.LINE_NUMBER].collect(),
    )
    contradictory = labels.filter(labels["first"] != labels["last"])
    count = contradictory.count().to_pyarrow().as_py()
    if not count:
        return
    pair = contradictory.order_by(PAIR).limit(1).to_pyarrow().to_pylist()[0]
    lines = ", ".join(map(str, sorted(pair["lines"])[:5]))
    raise InputError(
        f"{file}: {count} pairs of a user and an item have different labels (x_label), the first of"
        f" them userID {pair[Columns.USER_ROW]}, itemID {pair[Columns.ROW]} on lines {lines}. A"
        " pair belongs to one part of a published split: take out the lines that are wrong."
    )
