"""Ids as text, whatever they were before."""

import logging
from collections.abc import Sequence

from ibis.expr.types import BooleanValue, StringValue, Table, Value

from siger_pipeline.data.values import no_id, wrong
from siger_pipeline.remarks import Remark

WHOLE_FLOAT = r"^-?[0-9]+\.0$"
ROUNDED = r"^-?[0-9](\.[0-9]+)?[eE]\+[0-9]+$"  # what a spreadsheet makes of a long number


def bare_ids(table: Table, columns: list[str]) -> tuple[Table, list[str]]:
    """Ids without blanks around them, and without `.0` where each of a column ends so.

    Programs write whole numbers so if any of the column is missing.

    Args:
        table: with ids as text.
        columns: of ids.

    Returns:
        The table, and those of `columns` that had `.0`.
    """
    bare = table.mutate(**{name: table[name].strip() for name in columns})
    counts = bare.aggregate(
        **{name: (~bare[name].re_search(WHOLE_FLOAT)).sum() for name in columns}
    )
    others = counts.to_pyarrow().to_pylist()[0]
    floats = [name for name in columns if others[name] == 0]
    return bare.mutate(**{name: bare[name].re_replace(r"\.0$", "") for name in floats}), floats


def bad_id(field: str, value: StringValue) -> list[tuple[BooleanValue, Value]]:
    """Where an id is missing, or cannot be one; and the words."""
    rounded = wrong(field, value, "an id but a rounded number: write the ids as text")
    return [*no_id(field, value), (value.re_search(ROUNDED), rounded)]


def written_as_floats(file: str, names: Sequence[str]) -> list[Remark]:
    """A remark on ids that are taken without their `.0`."""
    return [
        Remark(
            f"{file}: the ids of column {name!r} are written as numbers with decimals (12345.0):"
            " they are taken without `.0`.",
            logging.WARNING,
        )
        for name in names
    ]
