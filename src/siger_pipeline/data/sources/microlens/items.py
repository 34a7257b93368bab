"""MicroLens' titles and tags as items."""

import logging
import re

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.checks import separate
from siger_pipeline.data.described import first_descriptions
from siger_pipeline.data.layout import ITEM_TYPES, conform
from siger_pipeline.data.raw import (
    file_of,
    header,
    require_columns,
    take,
    with_header_as_row,
    wrong_count,
)
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.data.values import no_id, null_if_blank
from siger_pipeline.remarks import Remark

TITLES, OTHER_TITLES, TAGS = "the file of titles", "the file of other titles", "the file of tags"
ID = re.compile(r"\ufeff?\s*\d+\s*")


def read_texts(
    titles: Table, other_titles: Table | None, tags: Table | None, max_bad_share: float
) -> Read:
    """Titles, in one language or two, and tags as items.

    Args:
        titles: raw columns item, title, or two columns without a header.
        other_titles: the same in another language, which is appended to the title.
        tags: raw columns item, tag, or two columns without a header; they become categories.
        max_bad_share: largest tolerated share of rows without an item, of each file.

    Returns:
        item, title, categories, the other columns of items null; sorted by item; what was left out.

    Raises:
        InputError: a column is missing; more bad rows than tolerated; an empty file.
    """
    reads = [
        read_column(table, name, what, max_bad_share)
        for table, name, what in (
            (titles, Columns.TITLE, TITLES),
            (other_titles, Columns.TITLE, OTHER_TITLES),
            (tags, Columns.CATEGORIES, TAGS),
        )
        if table is not None
    ]
    items = reads[0].rows
    if len(reads) > 1:
        ranked = [read.rows.mutate(rank=ibis.literal(n)) for n, read in enumerate(reads)]
        every = ibis.union(*ranked)
        texts = {
            name: every[name].group_concat(" ", order_by=every["rank"])
            for name in (Columns.TITLE, Columns.CATEGORIES)
        }
        items = conform(every.group_by(Columns.ITEM).aggregate(**texts), ITEM_TYPES)
        items = items.order_by(Columns.ITEM)
    remarks = [remark for read in reads for remark in read.remarks]
    return Read(items, sum(read.bad_lines for read in reads), remarks)


def read_column(table: Table, text: str, what: str, max_bad_share: float) -> Read:
    """Items with one text each: of several rows of an item the first counts.

    Args:
        table: raw columns item and text, `line_number`, `fields`, `file`; others are not read.
        text: our column of the text; in the file, titles are `title` and tags `tag`.
        what: the file in words.
        max_bad_share: largest tolerated share of rows without an item.

    Raises:
        InputError: as of `read_texts`.
    """
    rows, item, written, remarks = _columns(
        table, {Columns.CATEGORIES: "tag"}.get(text, text), what
    )
    parsed = take(rows, {Columns.ITEM: item, text: written})
    reason = ibis.cases(
        *wrong_count(parsed, table),
        *no_id(Columns.ITEM, parsed[Columns.ITEM]),
    )
    parsed = parsed.mutate(**{text: null_if_blank(parsed[text]), Columns.REASON: reason})
    good, report = separate(parsed, what, max_bad_share)
    items, repeated = first_descriptions(good, report.file)
    return Read(items, report.bad, [*remarks, *report.remarks(), *repeated])


def _columns(table: Table, text: str, what: str) -> tuple[Table, str, str, list[Remark]]:
    """The rows, the columns of items and texts, and a remark where these have no names."""
    names = header(table)
    if len(names) == 2 and ID.fullmatch(next(iter(names.values()))):
        item, written = names
        remark = Remark(
            f"{file_of(table, what)} has no line of column names: its columns are taken for item"
            f" and {text}.",
            logging.INFO,
        )
        return with_header_as_row(table), item, written, [remark]
    columns = require_columns(table, [Columns.ITEM, text], what, ",")
    return table, columns[Columns.ITEM], columns[text], []
