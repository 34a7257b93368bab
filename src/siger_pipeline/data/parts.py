"""A published split that stands in three files."""

import logging
from collections.abc import Callable, Mapping

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.config import needs_label
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.data.source import Read
from siger_pipeline.errors import InputError
from siger_pipeline.remarks import Remark

PAIR = [Columns.USER, Columns.ITEM]


def read_parts(
    read: Callable[[Table, float], Read],
    parts: Mapping[Split, Table | None],
    max_bad_share: float,
    strategy: str,
) -> Read:
    """The interactions of one file, or of three with their split.

    Args:
        read: a raw table and the tolerated share of bad lines -> its interactions.
        parts: raw tables; None: there is no such file.
        max_bad_share: largest tolerated share of bad lines. Where the split is the published one
            none is: it is taken whole.
        strategy: of the split.

    Raises:
        InputError: as of `read`; a user and an item stand in two parts of a published split.
    """
    given = {split: table for split, table in parts.items() if table is not None}
    if len(given) == 1:
        (only,) = given.values()
        return read(only, max_bad_share)
    share = 0.0 if needs_label(strategy) else max_bad_share
    reads = {split: read(table, share) for split, table in given.items()}
    labelled = [
        got.rows.mutate(**{Columns.SPLIT: ibis.literal(split.value)}).select(*got.rows.columns)
        for split, got in reads.items()
    ]
    first, *others = labelled
    rows = first.union(*others).cache()
    if needs_label(strategy):
        _require_one_part(rows)
    remarks = [remark for got in reads.values() for remark in got.remarks]
    return Read(rows, sum(got.bad_lines for got in reads.values()), [*remarks, _sizes(rows)])


def _require_one_part(rows: Table) -> None:
    """A rule that chose one would move interactions between training and test."""
    labels = rows.group_by(PAIR).aggregate(
        first=rows[Columns.SPLIT].min(), last=rows[Columns.SPLIT].max()
    )
    torn = labels.filter(labels["first"] != labels["last"]).cache()
    count = torn.count().to_pyarrow().as_py()
    if not count:
        return
    pair = torn.order_by(PAIR).limit(1).to_pyarrow().to_pylist()[0]
    raise InputError(
        f"{count:,} pairs of a user and an item stand in two files of the published split, the"
        f" first of them user {pair[Columns.USER]!r}, item {pair[Columns.ITEM]!r} in those of"
        f" {pair['first']} and {pair['last']}. A pair belongs to one part: fetch the files again,"
        " or choose another split.strategy."
    )


def _sizes(rows: Table) -> Remark:
    counted = rows.group_by(Columns.SPLIT).aggregate(rows=rows.count()).to_pyarrow().to_pylist()
    sizes = {row[Columns.SPLIT]: row["rows"] for row in counted}
    listed = ", ".join(f"{split.value} {sizes.get(split.value, 0):,}" for split in Split)
    return Remark(f"Interactions by the file that they stand in: {listed}.", logging.INFO)
