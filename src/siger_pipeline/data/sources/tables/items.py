"""Items of a user's table."""

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.checks import materialise, separate
from siger_pipeline.data.described import first_descriptions
from siger_pipeline.data.fields import POSITION, Named, pick
from siger_pipeline.data.ids import bad_id, bare_ids, written_as_floats
from siger_pipeline.data.layout import ITEM_TYPES, conform
from siger_pipeline.data.pairs import first_of
from siger_pipeline.data.raw import path_in
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.sources.tables.counting import KEY as COLUMNS
from siger_pipeline.data.sources.tables.counting import THE_TABLE as INTERACTIONS
from siger_pipeline.data.sources.tables.values import amount
from siger_pipeline.data.values import is_blank, is_unreadable, wrong_type

THE_TABLE = "the table of items (ingest.tables.item_file)"
KEY = "ingest.tables.item_columns"
PRICE_TEXT = "price as text"


def read(
    table: Table,
    columns: Mapping[str, Named | list[Named]],
    decimal: str,
    max_bad_share: float,
) -> Read:
    """Items, one row each: of several rows of one item the first counts.

    Args:
        table: raw.
        columns: our column -> the table's, or several whose texts are joined.
        decimal: sign of prices.
        max_bad_share: largest tolerated share of rows without an item.

    Raises:
        InputError: a column is missing; more bad rows than tolerated.
    """
    asked = {ours: named if isinstance(named, list) else [named] for ours, named in columns.items()}
    picked = materialise(pick(table, asked, THE_TABLE, KEY), THE_TABLE)
    parsed, floats = bare_ids(picked, [Columns.ITEM])
    item = asked[Columns.ITEM][0]
    ids = bad_id(str(item), parsed[Columns.ITEM])
    parsed = parsed.mutate(**{Columns.REASON: parsed[Columns.REASON].coalesce(ibis.cases(*ids))})
    if Columns.PRICE in columns:
        text = parsed[Columns.PRICE]
        priced = amount(text, decimal)
        unread = wrong_type("price", text, priced, f"one amount with {decimal!r}")
        parsed = parsed.mutate(**{Columns.PRICE: priced, Columns.NOTE: ibis.cases(unread)})
    good, report = separate(parsed, path_in(table) or THE_TABLE, max_bad_share)
    # Of one record's list, the first element that describes an item.
    single = first_of(good, [Columns.LINE_NUMBER, Columns.ITEM], [POSITION]).drop(POSITION)
    items, repeated = first_descriptions(single, report.file)
    remarks = [
        *report.remarks(),
        *repeated,
        *written_as_floats(report.file, [str(item)] * len(floats)),
    ]
    return Read(items, report.bad, remarks)


def bare_items(interactions: Table, column: Named) -> Read:
    """The items that have an interaction, without a description."""
    picked = pick(interactions, {Columns.ITEM: [column]}, INTERACTIONS, COLUMNS)
    bare, _ = bare_ids(picked, [Columns.ITEM])
    named = bare.select(Columns.ITEM).distinct()
    item = named[Columns.ITEM]
    known = named.filter(~is_blank(item) & ~is_unreadable(item))
    return Read(conform(known, ITEM_TYPES).order_by(Columns.ITEM))
