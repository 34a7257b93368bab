"""What became of each item's address, as a table and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd
from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns, PictureColumns, PictureStatus
from siger_pipeline.errors import InputError
from siger_pipeline.features.align import align_items
from siger_pipeline.fetching.address import host_of
from siger_pipeline.fetching.failure import shown
from siger_pipeline.fetching.fetch import Outcome
from siger_pipeline.fetching.paths import SCHEME
from siger_pipeline.remarks import SURPRISING, Remark, few, level_of

SHOWN = 5  # reasons in a message
TYPES = {
    PictureColumns.ITEM: "string",
    PictureColumns.URL: "string",
    PictureColumns.STATUS: "string",
    PictureColumns.REASON: "string",
    PictureColumns.SHA256: "string",
    PictureColumns.BYTES: "Int64",
    PictureColumns.FORMAT: "string",
    PictureColumns.WIDTH: "Int64",
    PictureColumns.HEIGHT: "Int64",
}
OF_SOURCE = {"addresses": "address", "paths": "path"}  # what an item has
OF_FILE = tuple(TYPES)[4:]  # in the order of `fetch.Kept`
WITHOUT = "pictures.source=folder takes pictures from a folder, features.modalities.image=null none"


def addresses_of(items: Table, item_index: Table, source: str) -> dict[str, str | None]:
    """Item -> the address or path of its picture, of the catalogue's items in their order.

    Args:
        items: item and what describes it, `image` among that.
        item_index: item_id, item, row.
        source: of the pictures: addresses or paths.

    Raises:
        InputError: no item has any.
    """
    frame = align_items(items, item_index)
    urls = frame[Columns.IMAGE].astype(object).where(frame[Columns.IMAGE].notna(), None)
    if urls.isna().all():
        raise InputError(
            f"none of the {len(frame):,} items has the {OF_SOURCE[source]} of a picture (column"
            f" {Columns.IMAGE} of items), and pictures.source is {source}: {WITHOUT}"
        )
    return dict(zip(frame[Columns.ITEM], urls, strict=True))


def outcome_table(
    addresses: Mapping[str, str | None], outcomes: Mapping[str, Outcome]
) -> pd.DataFrame:
    """A row an item: item, url, status, reason, sha256, bytes, format, width, height.

    Args:
        addresses: item -> address, null where it has none.
        outcomes: address -> what it gave.
    """
    rows = [_row(item, url, outcomes) for item, url in addresses.items()]
    return pd.DataFrame(rows, columns=list(TYPES)).astype(TYPES)


def require_enough(table: pd.DataFrame, max_failed_share: float) -> None:
    """Refuse a catalogue most of whose pictures are missing for want of a network.

    Args:
        table: of `outcome_table`.
        max_failed_share: tolerated share of the items with an address.

    Raises:
        InputError: more failed, or all; it names hosts and reasons.
    """
    asked = table[table[PictureColumns.URL].notna()]
    failed = asked[asked[PictureColumns.STATUS] == PictureStatus.FAILED]
    share = len(failed) / len(asked)
    if share <= max_failed_share and len(failed) < len(asked):
        return
    others = "The next run asks for these alone"
    if len(failed) < len(asked):
        others += ", or raise pictures.max_failed_share: their items then have no picture"
    raise InputError(
        f"{len(failed):,} of {len(asked):,} pictures ({share:.2%}) cannot be fetched, at most"
        f" {max_failed_share:.2%} may be missing: {_reasons(failed)}. {others}; {WITHOUT}."
    )


def remarks_on(table: pd.DataFrame, source: str) -> list[Remark]:
    """How many pictures there are, and why others are not.

    Args:
        table: of `outcome_table`.
        source: of the pictures: addresses or paths.
    """
    count = pictures_counted(table)
    fetched, failed, without = (count[status] for status in PictureStatus)
    named = OF_SOURCE[source]
    text = f"{fetched:,} of {len(table):,} items have a picture from its {named}"
    parts = [f"{without:,} have no {named}"] if without else []
    if failed:
        rows = table[table[PictureColumns.STATUS] == PictureStatus.FAILED]
        parts.append(f"{failed:,} could not be fetched: {_reasons(rows)}")
    share = failed / (fetched + failed)
    return [Remark("; ".join([text, *parts]) + ".", level_of(share, SURPRISING / 10))]


def pictures_counted(table: pd.DataFrame) -> dict[str, int]:
    """Items by what became of their address: fetched, failed, no address.

    Args:
        table: of `outcome_table`.
    """
    statuses = table[PictureColumns.STATUS]
    return {status.value: int((statuses == status).sum()) for status in PictureStatus}


def _row(item: str, url: str | None, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    known = {PictureColumns.ITEM: item, PictureColumns.URL: url}
    if url is None:
        return {**known, PictureColumns.STATUS: PictureStatus.NO_ADDRESS}
    outcome = outcomes[url]
    if isinstance(outcome, str):
        failed = PictureStatus.FAILED
        return {**known, PictureColumns.STATUS: failed, PictureColumns.REASON: outcome}
    named = zip(OF_FILE, outcome, strict=True)
    return {**known, PictureColumns.STATUS: PictureStatus.FETCHED, **dict(named)}


def _reasons(failed: pd.DataFrame) -> str:
    """Hosts, or paths, and reasons, the most frequent first, each with its number."""
    pairs = zip(failed[PictureColumns.URL], failed[PictureColumns.REASON], strict=True)
    counts = Counter(
        f"{host_of(url) if SCHEME in url else shown(url)}: {reason}" for url, reason in pairs
    )
    return few([f"{text} ({number:,})" for text, number in counts.most_common()], SHOWN, "; ")
