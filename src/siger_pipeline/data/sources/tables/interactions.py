"""Interactions of a user's table."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import ibis
from ibis.expr.types import BooleanValue, StringValue, Table

from siger_pipeline.data.checks import materialise, separate
from siger_pipeline.data.fields import Named, pick
from siger_pipeline.data.ids import bad_id, bare_ids, written_as_floats
from siger_pipeline.data.layout import INTERACTION_TYPES, conform
from siger_pipeline.data.raw import file_of
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.sources.tables.values import amount, time_of
from siger_pipeline.data.values import wrong, wrong_type
from siger_pipeline.errors import InputError
from siger_pipeline.remarks import Remark

THE_TABLE = "the table of interactions (ingest.tables.interactions)"
KEY = "ingest.tables.columns"
IDS = [Columns.USER, Columns.ITEM]
RATING_TEXT, TIME_TEXT, KIND = "rating as text", "time as text", "kind of time"
WANTED = "a whole number or a date such as 2024-12-24T18:30:00Z (see ingest.tables.time_format)"
LISTED = 8  # values in a message


def read(
    table: Table,
    columns: Mapping[str, Named],
    only: Mapping[str, Sequence[str]],
    *,
    time_format: str | None,
    decimal: str,
    max_bad_share: float,
    timed: bool,
) -> Read:
    """Interactions of a table.

    Args:
        table: raw.
        columns: our column -> the table's.
        only: column of the table -> values that count; rows with others are left out, and counted.
        time_format: of dates; None: whole numbers as they are, or ISO 8601 in milliseconds.
        decimal: sign of ratings.
        max_bad_share: largest tolerated share of rows without a user or an item or, where times
            count, without a time or with one in another unit than most.
        timed: whether the split needs times.

    Raises:
        InputError: a column is missing; a value of `only` occurs nowhere; too many bad rows.
    """
    kinds = [f"only {n}" for n in range(len(only))]
    asked = {ours: [named] for ours, named in columns.items()}
    asked |= {ours: [named] for ours, named in zip(kinds, only, strict=True)}
    picked = materialise(pick(table, asked, THE_TABLE, KEY), THE_TABLE)
    remarks = []
    for kind, (named, values) in zip(kinds, only.items(), strict=True):
        picked, remark = _only(picked, kind, named, values)
        remarks.append(remark)
    parsed, floats = bare_ids(picked, IDS)
    parsed = _with_values(parsed, columns, time_format, decimal)
    most = _most(parsed)
    no_time = (
        [_no_time(parsed, time_format), *_other_unit(parsed, most)]
        if Columns.TIMESTAMP in columns
        else []
    )
    no_rating = wrong_type(
        "rating", parsed[RATING_TEXT], parsed[Columns.RATING], f"a number with {decimal!r}"
    )
    ids = (pair for ours in IDS for pair in bad_id(str(columns[ours]), parsed[ours]))
    reason = parsed[Columns.REASON].coalesce(ibis.cases(*ids, *(no_time if timed else [])))
    parsed = parsed.mutate(
        **{Columns.REASON: reason, Columns.NOTE: ibis.cases(no_rating, *no_time)}
    )
    good, report = separate(parsed, THE_TABLE, max_bad_share)
    remarks += [*written_as_floats(report.file, [str(columns[name]) for name in floats])]
    return Read(conform(good, INTERACTION_TYPES), report.bad, [*report.remarks(), *remarks])


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


def _no_time(parsed: Table, time_format: str | None) -> tuple[BooleanValue, StringValue]:
    wanted = f"a date as {time_format}" if time_format else WANTED
    return parsed[Columns.TIMESTAMP].isnull(), wrong("timestamp", parsed[TIME_TEXT], wanted)


def _other_unit(parsed: Table, most: str | None) -> list[tuple[BooleanValue, StringValue]]:
    if most is None:
        return []
    wanted = f"in the unit of most, which is {most}"
    return [(parsed[KIND] != most, wrong("timestamp", parsed[TIME_TEXT], wanted))]


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
