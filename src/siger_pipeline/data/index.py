"""Numbers for users and items, dense from 0, and splits written in them."""

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns


def user_index(interactions: Table) -> Table:
    """The users that have an interaction, numbered in the order of the source's own numbers.

    Where the source has none, shorter ids come first, then the order of texts. So MMRec's users
    keep their numbers when none is dropped, whatever their ids.

    Args:
        interactions: columns user, and user_row where the source numbers its users.

    Returns:
        user_id (int32), user; sorted by user_id.
    """
    first = [name for name in (Columns.USER_ROW,) if name in interactions.columns]
    users = interactions.select(Columns.USER, *first).distinct()
    numbered = _numbered(users, Columns.USER, Columns.USER_ID, first)
    return numbered.select(Columns.USER_ID, Columns.USER).order_by(Columns.USER_ID)


def catalogue(interactions: Table, items: Table, k: int) -> Table:
    """The items that can be recommended.

    They are those with an interaction; without a k-core also the items that have a row in the
    source's feature matrices, so that item n is row n there.

    Args:
        interactions: column item.
        items: columns item, row.
        k: the k of the k-core, 1 for none.

    Returns:
        item, row (int64, null where there is none), one row an item.
    """
    rows = items.select(Columns.ITEM, Columns.ROW)
    used = interactions.select(Columns.ITEM).distinct()
    if k == 1:
        used = used.union(rows.filter(rows[Columns.ROW].notnull())[[Columns.ITEM]], distinct=True)
    return used.left_join(rows, Columns.ITEM).select(Columns.ITEM, Columns.ROW)


def item_index(catalogue: Table) -> Table:
    """The items, numbered in the order of their rows; those without one by length of id, then id.

    Args:
        catalogue: item, row, one row an item.

    Returns:
        item_id (int32), item, row; sorted by item_id.
    """
    numbered = _numbered(catalogue, Columns.ITEM, Columns.ITEM_ID, first=[Columns.ROW])
    return numbered.order_by(Columns.ITEM_ID)


def unknown_items(item_index: Table, items: Table) -> Table:
    """The items of the catalogue without metadata.

    Args:
        item_index: column item.
        items: column item.

    Returns:
        item, one row each.
    """
    return item_index.anti_join(items, Columns.ITEM).select(Columns.ITEM)


def index_splits(labelled: Table, users: Table, items: Table) -> Table:
    """Labelled interactions with the numbers of users and items.

    Args:
        labelled: columns user, item, split.
        users: columns user_id, user.
        items: columns item_id, item.

    Returns:
        user_id, item_id (int32), split (text); sorted by user_id, item_id.
    """
    numbers = [Columns.USER_ID, Columns.ITEM_ID]
    joined = labelled.join(users, Columns.USER).join(items, Columns.ITEM)
    return joined.select(*numbers, Columns.SPLIT).order_by(*numbers)


def _numbered(table: Table, name: str, number: str, first: list[str] | None = None) -> Table:
    order = [*(first or []), table[name].length(), name]
    position = ibis.row_number().over(order_by=order).cast("int32")
    return table.mutate(**{number: position}).relocate(number)
