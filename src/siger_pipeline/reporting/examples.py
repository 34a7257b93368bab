"""Users and items shown as examples: how they are chosen, and titles of items.

They are not picked by hand, and their ids do not matter: all users (or items) are ordered by their
number of training interactions, ties by the SHA-256 of the id in the source, and taken from that
order at equal distances.
"""

from collections.abc import Mapping
from hashlib import sha256
from html import unescape
from typing import Any

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns

EXAMPLES = 8
TRAINED, POSITION = "trained", "position"


def spread(members: Table, name: str, size: str, count: int = EXAMPLES) -> Table:
    """The members at the quantiles (j + ½) / count of size, j = 0 … count − 1, smallest first.

    Args:
        members: a row a member: its id in the source, its size, other columns.
        name: the column of the id; its SHA-256 orders members of one size.
        size: the column of the size.
        count: how many; fewer where there are not so many members.
    """
    order = [size, members[name].hexdigest("sha256")]
    ordered = members.mutate(**{POSITION: ibis.row_number().over(order_by=order)})
    total = int(members.count().to_pyarrow().as_py())
    chosen = {(2 * j + 1) * total // (2 * count) for j in range(count)} if total else set()
    return ordered.filter(ordered[POSITION].isin(sorted(chosen))).order_by(POSITION)


def digest(text: str) -> str:
    """SHA-256 of an id: an order that does not depend on what ids mean."""
    return sha256(text.encode()).hexdigest()


def mentioned(examples: Mapping[str, Any]) -> set[str]:
    """The ids of all items that are shown.

    Args:
        examples: `users` of `example_users`, `items` of `example_items`.
    """
    ids = {row["item"] for row in examples["items"]}
    for row in examples["items"]:
        ids |= {link["item"] for links in row["neighbours"] for link in links["items"]}
    for user in examples["users"]:
        ids |= set(user["had"])
        ids |= {row["item"] for row in [*user["recommended"], *user["tested"]]}
    return ids


def titles_of(wanted: set[str], items: Table) -> dict[str, str]:
    """Item -> title, of those items that have one; `&amp;` of a source that escapes becomes &.

    Args:
        wanted: ids as in the source.
        items: columns item, title.
    """
    rows = items.filter(items[Columns.ITEM].isin(sorted(wanted)) & items[Columns.TITLE].notnull())
    titled = rows.select(Columns.ITEM, Columns.TITLE).to_pyarrow().to_pylist()
    return {row[Columns.ITEM]: unescape(row[Columns.TITLE]) for row in titled}
