"""RecBole's `.inter` and `.item` files as interactions and items."""

import logging
from collections.abc import Collection, Mapping, Sequence

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.checks import separate
from siger_pipeline.data.described import first_descriptions
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES, conform
from siger_pipeline.data.raw import header, require_columns, take, wrong_count
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.sources.recbole.header import untyped
from siger_pipeline.data.values import (
    finite_number,
    is_blank,
    is_unreadable,
    no_id,
    null_if_blank,
    whole_number,
    wrong_type,
)
from siger_pipeline.remarks import Remark

INTER_FILE, ITEM_FILE = "the .inter file", "the .item file"
IDS = (Columns.USER, Columns.ITEM)
OF_INTERACTIONS = (*IDS, Columns.RATING, Columns.TIMESTAMP)
TAB = "\t"
REMEDY = "Name the columns of your files in ingest.recbole.columns."
RATING_TEXT, TIME_TEXT = "rating as text", "time as text"


def read_inter(table: Table, columns: Mapping[str, str], max_bad_share: float, timed: bool) -> Read:
    """Interactions of an atomic file.

    Args:
        table: raw, with typed column names.
        columns: our column -> the name in the file.
        max_bad_share: largest tolerated share of lines without a user or an item, of another
            number of fields or, where times count, with a time that is not a whole number.
        timed: whether the split needs times.

    Returns:
        `line_number`, user, item, rating, timestamp, `timestamp_is_position` (false), split and
        user_row (null); what was left out.

    Raises:
        InputError: a column is missing or of an unfit type; more bad lines than tolerated.
    """
    asked = {ours: columns[ours] for ours in OF_INTERACTIONS if ours in columns}
    bare = untyped(table, asked, INTER_FILE)
    found = require_columns(bare, list(asked.values()), INTER_FILE, TAB, REMEDY)
    names = {Columns.RATING: RATING_TEXT, Columns.TIMESTAMP: TIME_TEXT}
    wanted: dict[str, str | None] = dict.fromkeys((*IDS, *names.values()))
    wanted |= {names.get(ours, ours): found[name] for ours, name in asked.items()}
    parsed = take(bare, wanted)
    parsed = parsed.mutate(
        **{
            Columns.RATING: finite_number(parsed[RATING_TEXT]),
            Columns.TIMESTAMP: whole_number(parsed[TIME_TEXT]),
            Columns.IS_POSITION: ibis.literal(False),
        }
    )
    no_time = wrong_type(
        "timestamp", parsed[TIME_TEXT], parsed[Columns.TIMESTAMP], "a whole number"
    )
    no_rating = wrong_type("rating", parsed[RATING_TEXT], parsed[Columns.RATING], "a number")
    reason = ibis.cases(
        *wrong_count(parsed, bare),
        *(pair for ours in IDS for pair in no_id(asked[ours], parsed[ours])),
        *([no_time] if timed else []),
    )
    note = ibis.cases(no_rating, no_time)
    parsed = parsed.mutate(**{Columns.REASON: reason, Columns.NOTE: note})
    good, report = separate(parsed.drop(RATING_TEXT, TIME_TEXT), INTER_FILE, max_bad_share)
    ignored = _unread(bare, asked.values(), report.file)
    return Read(conform(good, INTERACTION_TYPES), report.bad, [*report.remarks(), *ignored])


def read_item_file(table: Table, columns: Mapping[str, str], max_bad_share: float) -> Read:
    """Items of an atomic file: of several lines of one item the first counts.

    Values of a `token_seq` stay joined by blanks, as they stand in the file.

    Args:
        table: raw, with typed column names.
        columns: our column -> the name in the file; those of interactions but the item are not
            read.
        max_bad_share: largest tolerated share of bad lines.

    Raises:
        InputError: as of `read_inter`.
    """
    asked = {ours: columns[ours] for ours in ITEM_TYPES if ours in columns}
    bare = untyped(table, asked, ITEM_FILE)
    found = require_columns(bare, list(asked.values()), ITEM_FILE, TAB, REMEDY)
    parsed = take(bare, {ours: found[name] for ours, name in asked.items()})
    reason = ibis.cases(
        *wrong_count(parsed, bare), *no_id(asked[Columns.ITEM], parsed[Columns.ITEM])
    )
    texts = {ours: null_if_blank(parsed[ours]) for ours in asked if ours != Columns.ITEM}
    if Columns.PRICE in asked:
        texts[Columns.PRICE] = finite_number(parsed[Columns.PRICE])
    good, report = separate(
        parsed.mutate(**texts, **{Columns.REASON: reason}), ITEM_FILE, max_bad_share
    )
    items, repeated = first_descriptions(good, report.file)
    ignored = _unread(bare, asked.values(), report.file)
    return Read(items, report.bad, [*report.remarks(), *repeated, *ignored])


def bare_items(parts: Sequence[Table], columns: Mapping[str, str]) -> Read:
    """The items that have an interaction, without a description."""
    asked = {Columns.ITEM: columns[Columns.ITEM]}
    named = []
    for part in parts:
        bare = untyped(part, asked, INTER_FILE)
        found = require_columns(bare, list(asked.values()), INTER_FILE, TAB, REMEDY)
        named.append(bare.select(**{Columns.ITEM: bare[found[asked[Columns.ITEM]]]}))
    first, *others = named
    items = first.union(*others, distinct=True) if others else first.distinct()
    known = items.filter(~is_blank(items[Columns.ITEM]) & ~is_unreadable(items[Columns.ITEM]))
    return Read(conform(known, ITEM_TYPES).order_by(Columns.ITEM))


def _unread(bare: Table, read: Collection[str], file: str) -> list[Remark]:
    left = [name for name in header(bare).values() if name not in read]
    if not left:
        return []
    text = f"{file}: columns that are not read: {', '.join(left)} (see ingest.recbole.columns)."
    return [Remark(text, logging.INFO)]
