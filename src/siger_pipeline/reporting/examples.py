"""A few members to look at: how they are chosen, and the titles of what is shown with them.

Nobody is picked by hand, and ids carry nothing: members are ordered by their training interactions,
those with equally many by the SHA-256 of their id in the source, and taken at equal distances.
"""

from collections.abc import Mapping
from hashlib import sha256
from html import unescape
from typing import Any

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns

EXAMPLES = 8
TRAINED, PLACE = "trained", "place"


def spread(members: Table, name: str, size: str, count: int = EXAMPLES) -> Table:
    """The members at the quantiles (j + ½) / count of size, j = 0 … count − 1, smallest first.

    Args:
        members: a row a member: its id in the source, its size, and whatever else.
        name: the column of the id; its SHA-256 orders members of one size.
        size: the column of the size.
        count: how many; fewer where there are not so many members.
    """
    order = [size, members[name].hexdigest("sha256")]
    placed = members.mutate(**{PLACE: ibis.row_number().over(order_by=order)})
    total = int(members.count().to_pyarrow().as_py())
    places = {(2 * j + 1) * total // (2 * count) for j in range(count)} if total else set()
    return placed.filter(placed[PLACE].isin(sorted(places))).order_by(PLACE)


def digest(text: str) -> str:
    """SHA-256 of an id: an order that says nothing of the id."""
    return sha256(text.encode()).hexdigest()


def mentioned(examples: Mapping[str, Any]) -> set[str]:
    """The ids of all items that are shown.

    Args:
        examples: `users` of `example_users`, `items` of `example_items`.
    """
    found = {row["item"] for row in examples["items"]}
    for row in examples["items"]:
        found |= {link["item"] for links in row["neighbours"] for link in links["items"]}
    for user in examples["users"]:
        found |= set(user["had"])
        found |= {row["item"] for row in [*user["recommended"], *user["tested"]]}
    return found


def titles_of(wanted: set[str], items: Table) -> dict[str, str]:
    """Item -> title, of those items that have one; `&amp;` of a source that escapes becomes &.

    Args:
        wanted: ids as in the source.
        items: columns item, title.
    """
    rows = items.filter(items[Columns.ITEM].isin(sorted(wanted)) & items[Columns.TITLE].notnull())
    found = rows.select(Columns.ITEM, Columns.TITLE).to_pyarrow().to_pylist()
    return {row[Columns.ITEM]: unescape(row[Columns.TITLE]) for row in found}
