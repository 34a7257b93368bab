"""One row an item, and a remark on items that a file describes more than once."""

import logging
from collections.abc import Collection

from ibis.expr.types import Table

from siger_pipeline.data.layout import ITEM_TYPES, conform
from siger_pipeline.data.pairs import first_of
from siger_pipeline.data.schema import Columns
from siger_pipeline.remarks import Remark


def first_descriptions(good: Table, file: str) -> tuple[Table, list[Remark]]:
    """The items, each as its first line describes it, and how many further lines there are.

    Args:
        good: columns `line_number`, item, and those of `ITEM_TYPES` that the file has.
        file: that they were read from.

    Returns:
        The columns of `ITEM_TYPES`, sorted by item; a remark, a warning where lines contradict.
    """
    items = conform(first_of(good, [Columns.ITEM], [Columns.LINE_NUMBER]), ITEM_TYPES)
    described = [name for name in ITEM_TYPES if name in good.columns]
    return items.order_by(Columns.ITEM), _repeated(good, described, file)


def _repeated(good: Table, described: Collection[str], file: str) -> list[Remark]:
    counted = good.aggregate(rows=good.count(), items=good[Columns.ITEM].nunique()).to_pyarrow()
    rows, items = counted.to_pylist()[0].values()
    if rows == items:
        return []
    versions = good.select(*described).distinct().count().to_pyarrow().as_py()
    text = (
        f"{file}: {rows - items:,} of {rows:,} lines describe an item again,"
        f" {versions - items:,} of them otherwise: the first description counts."
    )
    return [Remark(text, logging.WARNING if versions > items else logging.INFO)]
