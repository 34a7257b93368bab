"""Interactions of a user's table."""

from collections.abc import Mapping, Sequence

import ibis
from ibis.expr.types import BooleanValue, StringValue, Table

from siger_pipeline.data.checks import RAISE_SHARE, separate
from siger_pipeline.data.config import needs_label, needs_time
from siger_pipeline.data.fields import Named
from siger_pipeline.data.ids import bad_id, bare_ids, written_as_floats
from siger_pipeline.data.layout import INTERACTION_TYPES, conform
from siger_pipeline.data.raw import path_in
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.sources.tables.counting import THE_TABLE, rows_that_count
from siger_pipeline.data.sources.tables.published import (
    LABEL_TEXT,
    TAKEN_WHOLE,
    bad_label,
    require_split,
    with_label,
)
from siger_pipeline.data.sources.tables.values import amount, time_of
from siger_pipeline.data.values import wrong, wrong_type
from siger_pipeline.errors import InputError

IDS = [Columns.USER, Columns.ITEM]
RATING_TEXT, TIME_TEXT, KIND = "rating as text", "time as text", "kind of time"
WANTED = "a whole number or a date such as 2024-12-24T18:30:00Z (see ingest.tables.time_format)"


def read(
    table: Table,
    columns: Mapping[str, Named],
    only: Mapping[str, Sequence[str]],
    *,
    time_format: str | None,
    decimal: str,
    max_bad_share: float,
    strategy: str,
) -> Read:
    """Interactions of a table.

    Args:
        table: raw.
        columns: our column -> the table's.
        only: column of the table -> values that count; rows with others are left out, and counted.
        time_format: of dates; None: whole numbers as they are, or ISO 8601 in milliseconds.
        decimal: sign of ratings.
        max_bad_share: largest tolerated share of rows without a user or an item or, where times
            count, without a time or with one in another unit than most. Where the split is the
            published one no row may be bad: it is taken whole.
        strategy: of the split, which says whether times and labels must be readable.

    Raises:
        InputError: a column is missing; a value of `only` occurs nowhere; too many bad rows; a
            published split that is not one (see `published`).
    """
    picked, remarks = rows_that_count(table, columns, only)
    parsed, floats = bare_ids(picked, IDS)
    parsed = _with_values(parsed, columns, time_format, decimal)
    parsed = _judged(parsed, columns, time_format, decimal, strategy)
    whole = needs_label(strategy)
    share, remedy = (0.0, TAKEN_WHOLE) if whole else (max_bad_share, RAISE_SHARE)
    good, report = separate(parsed, path_in(table) or THE_TABLE, share, remedy)
    if whole:
        require_split(good, report.file, columns)
    remarks += written_as_floats(report.file, [str(columns[name]) for name in floats])
    return Read(conform(good, INTERACTION_TYPES), report.bad, [*report.remarks(), *remarks])


def _judged(
    parsed: Table,
    columns: Mapping[str, Named],
    time_format: str | None,
    decimal: str,
    strategy: str,
) -> Table:
    """The rows with what makes them bad, and with what cannot be read of good ones."""
    no_time = _no_time(parsed, time_format) if Columns.TIMESTAMP in columns else []
    no_label = bad_label(parsed, columns) if Columns.SPLIT in columns else []
    odd_label = [(bad & parsed[LABEL_TEXT].notnull(), words) for bad, words in no_label]
    no_rating = wrong_type(
        "rating", parsed[RATING_TEXT], parsed[Columns.RATING], f"a number with {decimal!r}"
    )
    ids = (pair for ours in IDS for pair in bad_id(str(columns[ours]), parsed[ours]))
    needed = [
        *(no_time if needs_time(strategy) else []),
        *(no_label if needs_label(strategy) else []),
    ]
    return parsed.mutate(
        **{
            Columns.REASON: parsed[Columns.REASON].coalesce(ibis.cases(*ids, *needed)),
            Columns.NOTE: ibis.cases(no_rating, *no_time, *odd_label),
        }
    )


def _with_values(
    picked: Table, columns: Mapping[str, Named], time_format: str | None, decimal: str
) -> Table:
    """The table with ratings and times; null where it has no such columns."""
    absent = ibis.null("string")
    rating = picked[Columns.RATING] if Columns.RATING in columns else absent
    text = picked[Columns.TIMESTAMP] if Columns.TIMESTAMP in columns else absent
    time = time_of(text, time_format)
    return picked.mutate(
        **{
            RATING_TEXT: rating,
            TIME_TEXT: text,
            Columns.RATING: amount(rating, decimal),
            Columns.TIMESTAMP: time.value,
            **(with_label(picked[Columns.SPLIT]) if Columns.SPLIT in columns else {}),
            KIND: time.kind,
            Columns.IS_POSITION: ibis.literal(False),
        }
    )


def _most(parsed: Table) -> str | None:
    """The kind that most times are of."""
    known = parsed.filter(parsed[KIND].notnull())
    kinds = known.group_by(KIND).aggregate(rows=known.count())
    rows = kinds.order_by([ibis.desc("rows"), KIND]).limit(1).to_pyarrow().to_pylist()
    return rows[0][KIND] if rows else None


def _no_time(parsed: Table, time_format: str | None) -> list[tuple[BooleanValue, StringValue]]:
    """Where a time is none, or in another unit than most; and the words."""
    wanted = f"a date as {time_format}" if time_format else WANTED
    found = [(parsed[Columns.TIMESTAMP].isnull(), wrong("timestamp", parsed[TIME_TEXT], wanted))]
    if (most := _most(parsed)) is not None:
        wanted = f"in the unit of most, which is {most}"
        found.append((parsed[KIND] != most, wrong("timestamp", parsed[TIME_TEXT], wanted)))
    return found


def require_described(interactions: Table, items: Table, named: object, described: object) -> None:
    """Refuse a table of items none of which has an interaction.

    Args:
        interactions: column item.
        items: the same.
        named: column of the ids in the table of interactions.
        described: that in the table of items.

    Raises:
        InputError: it shows an id of both.
    """
    both = interactions.semi_join(items, Columns.ITEM).limit(1).count().to_pyarrow().as_py()
    if both:
        return
    shown = [
        rows.select(Columns.ITEM).order_by(Columns.ITEM).limit(1).to_pyarrow().to_pylist()
        for rows in (interactions, items)
    ]
    first, other = (rows[0][Columns.ITEM] if rows else None for rows in shown)
    raise InputError(
        f"No item with an interaction is in the table of items: interactions have ids such as"
        f" {first!r} (column {named!r}), items such as {other!r} (column {described!r}). Name the"
        " columns with the same ids in ingest.tables.columns and item_columns."
    )
