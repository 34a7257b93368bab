"""Users and items that a page can look up: which ones, and titles and pictures of their items.

Where there are more than a page can hold, they are not picked by hand, and their ids do not matter:
all users (or items) are ordered by their number of training interactions, ties by the SHA-256 of
the id in the source, and taken from that order at equal distances.

The document is compact: ids and titles stand once, and items elsewhere are numbers, their places
in `item`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from html import unescape
from typing import Any

import pandas as pd
from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns

MOST = 2000  # users, and items, that a page can look up: about two megabytes of a large data set
PICTURED = 600  # items with a picture, about a megabyte
LONGEST = 90  # signs of a title
TRAINED = "trained"  # a column: training interactions


def spread(members: Table, name: str, size: str, count: int = MOST) -> pd.DataFrame:
    """The members at the quantiles (j + ½) / count of size, j = 0 … count − 1, smallest first.

    Args:
        members: a row a member: its id in the source, its size, other columns.
        name: the column of the id; its SHA-256 orders members of one size.
        size: the column of the size.
        count: how many; all where there are not so many members.
    """
    ordered = members.order_by([size, members[name].hexdigest("sha256")]).to_pandas()
    places = {(2 * j + 1) * len(ordered) // (2 * count) for j in range(count)}
    chosen = sorted(places) if len(ordered) else []
    return ordered.iloc[chosen].reset_index(drop=True)


def digest(text: str) -> str:
    """SHA-256 of an id: an order that does not depend on what ids mean."""
    return sha256(text.encode()).hexdigest()


def document(users: Mapping[str, Any], items: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """What a page looks up, as JSON has values.

    Args:
        users: of `lookup_users.users_document`, items by their ids.
        items: of `lookup_items.items_document`, likewise.
        table: columns item, title.

    Returns:
        `item`, the ids of all items that stand in it, those in most places first; `title` of each,
        None where it has none; `users` and `items` with places in `item` instead of ids.
    """
    named = Counter(_mentioned(users, items))
    order = sorted(named, key=lambda item: (-named[item], digest(item)))
    place = {item: n for n, item in enumerate(order)}
    titles = titles_of(set(order), table)
    return {
        "item": order,
        "title": [titles.get(item) for item in order],
        "users": {
            **users,
            "had": [[place[item] for item in had] for had in users["had"]],
            "recommended": [[place[item] for item in listed] for listed in users["recommended"]],
            "tested": [[[place[i], rank] for i, rank in tested] for tested in users["tested"]],
        },
        "items": {
            **items,
            "item": [place[item] for item in items["item"]],
            "graphs": [
                {
                    "graph": graph["graph"],
                    "links": [[[place[i], w] for i, w in links] for links in graph["links"]],
                }
                for graph in items["graphs"]
            ],
        },
    }


def _mentioned(users: Mapping[str, Any], items: Mapping[str, Any]) -> Iterator[str]:
    yield from items["item"]
    yield from (item for kind in ("had", "recommended") for row in users[kind] for item in row)
    pairs: Iterable[Any] = (*users["tested"], *(g for of in items["graphs"] for g in of["links"]))
    yield from (item for row in pairs for item, _ in row)


def pictured(lookup: Mapping[str, Any]) -> list[str]:
    """The items that are to have pictures: those that stand in most places.

    Args:
        lookup: of `document`.
    """
    return list(lookup["item"][:PICTURED])


def titles_of(wanted: set[str], items: Table) -> dict[str, str]:
    """Item -> title, of those items that have one; `&amp;` of a source that escapes becomes &.

    Args:
        wanted: ids as in the source.
        items: columns item, title.
    """
    rows = items.filter(items[Columns.TITLE].notnull())
    titles = rows.select(Columns.ITEM, Columns.TITLE).to_pandas()
    pairs = zip(titles[Columns.ITEM], titles[Columns.TITLE], strict=True)
    return {item: shortened(unescape(title)) for item, title in pairs if item in wanted}


def shortened(title: str) -> str:
    """A title of at most 90 signs."""
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1].rstrip()}…"
