"""Which rows of a user's table of interactions count."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.checks import materialise
from siger_pipeline.data.fields import Named, pick
from siger_pipeline.data.raw import file_of
from siger_pipeline.errors import InputError
from siger_pipeline.remarks import Remark

THE_TABLE = "the table of interactions (ingest.tables.interactions)"
KEY = "ingest.tables.columns"
LISTED = 8  # values in a message


def rows_that_count(
    table: Table, columns: Mapping[str, Named], only: Mapping[str, Sequence[str]]
) -> tuple[Table, list[Remark]]:
    """The rows of a raw table that count, and remarks on how many others there are.

    Args:
        table: raw.
        columns: our column -> the table's.
        only: column of the table -> values that count.

    Returns:
        What `pick` makes of the columns, computed once.

    Raises:
        InputError: a column is missing; a value of `only` occurs nowhere.
    """
    kinds = [f"only {n}" for n in range(len(only))]
    asked = {ours: [named] for ours, named in columns.items()}
    asked |= {ours: [named] for ours, named in zip(kinds, only, strict=True)}
    picked = materialise(pick(table, asked, THE_TABLE, KEY), THE_TABLE)
    remarks = []
    for kind, (named, values) in zip(kinds, only.items(), strict=True):
        picked, remark = _only(picked, kind, named, values)
        remarks.append(remark)
    return picked, remarks


def _only(picked: Table, column: str, named: str, values: Sequence[str]) -> tuple[Table, Remark]:
    """The rows whose column has one of the values, and how many have others."""
    counted = picked.group_by(column).aggregate(rows=picked.count()).order_by(ibis.desc("rows"))
    found = {row[column]: row["rows"] for row in counted.to_pyarrow().to_pylist()}
    file = file_of(picked, THE_TABLE)
    listed = ", ".join(f"{value} ({rows:,})" for value, rows in list(found.items())[:LISTED])
    if absent := [value for value in values if value not in found]:
        near = get_close_matches(absent[0], [each for each in found if each], n=1)
        wish = f"did you mean {near[0]!r}? " if near else ""
        raise InputError(
            f"{file}: no row has {absent[0]!r} in column {named!r}; {wish}found are {listed}. Mend"
            " ingest.tables.only."
        )
    left_out = sum(rows for value, rows in found.items() if value not in values)
    text = (
        f"{file}: {left_out:,} of {sum(found.values()):,} rows are left out by ingest.tables.only,"
        f" which keeps {', '.join(values)} of column {named!r}: it has {listed}."
    )
    return picked.filter(picked[column].isin(list(values))), Remark(text)
