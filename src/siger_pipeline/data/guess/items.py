"""The table of items, and its columns."""

from collections.abc import Sequence

from siger_pipeline.data.guess.guessed import Note, Shop, shared
from siger_pipeline.data.guess.roles import OF_ITEMS, TEXTS, choose
from siger_pipeline.data.guess.sheet import ADDRESS, COMMA, NEARLY, POINT, Named, Sheet, Values
from siger_pipeline.data.schema import Columns

SAME = 1.2  # values an item, on average, where a column describes items


def guess_items(shop: Shop, sheet: Sheet, sheets: Sequence[Sheet]) -> None:
    """Find the table of items and the columns that describe them.

    Args:
        shop: it is told.
        sheet: the table of interactions, which may describe items too.
        sheets: all tables.
    """
    column = shop.columns[Columns.ITEM]
    found = _table_of_items(sheet.looks[column].values, sheet, sheets)
    if found is None and (set(TEXTS) & set(_described_by(sheet, column, shop))):
        found = sheet, column
    if found is None:
        shop.notes.append(
            Note("no table describes the items", "likely", "models that need features cannot run")
        )
        return
    table, item = found
    columns = {Columns.ITEM: item, **_described_by(table, item, shop)}
    shop.item_file, shop.item_columns = table.name, columns
    if Columns.IMAGE in columns:
        fetched = table.looks[columns[Columns.IMAGE]].share(ADDRESS) > 1 - NEARLY
        shop.pictures = "addresses" if fetched else "paths"
    shop.decimal = _decimal(shop, sheet, table)
    share = shared(sheet.looks[column].values, set(table.looks[item].values))
    shop.notes.append(
        Note(
            f"items are in {table.name}, by {item!r}, which has {share:.0%} of the items with an"
            " interaction among the rows that were looked at",
            "sure" if share > NEARLY else "likely",
        )
    )
    named = ", ".join(f"{ours} is {c!r}" for ours, c in columns.items() if ours != Columns.ITEM)
    shop.notes.append(Note(f"of the items, {named or 'nothing is described'}", "likely"))


def _described_by(table: Sheet, item: Named, shop: Shop) -> dict[str, Named]:
    """Our column -> the one of this table that describes items."""
    taken = {item} | (set(shop.columns.values()) if table.name == shop.interactions else set())
    of_others = {
        name
        for name, values in table.columns.items()
        if _values_an_item(table.columns[item], values) > SAME
    }
    columns: dict[str, Named] = {}
    for role in OF_ITEMS:
        without = set() if role == Columns.PRICE else of_others
        if choice := choose(table, role, taken | without, {}):
            columns[role] = choice.column
            taken.add(choice.column)
    return columns


def _values_an_item(items: Values, values: Values) -> float:
    """How many different values an item has on average: about one where they describe it."""
    pairs = {(item, v) for item, v in zip(items, values, strict=True) if item and v}
    return len(pairs) / len({item for item, _ in pairs}) if pairs else 1.0


def _table_of_items(
    values: Sequence[str], sheet: Sheet, sheets: Sequence[Sheet]
) -> tuple[Sheet, Named] | None:
    """The table and its column that has most of the ids, each once or nearly."""
    shares = {
        (n, column): shared(values, set(look.values))
        for n, other in enumerate(sheets)
        if other is not sheet
        for column, look in other.looks.items()
        if look.unique > NEARLY
    }
    best = max(shares, key=lambda key: shares[key], default=None)
    return None if best is None or not shares[best] else (sheets[best[0]], best[1])


def _decimal(shop: Shop, sheet: Sheet, items: Sheet) -> str:
    looks = [items.looks[c] for r, c in shop.item_columns.items() if r == Columns.PRICE]
    looks += [sheet.looks[c] for r, c in shop.columns.items() if r == Columns.RATING]
    commas, points = (sum(look.share(sign) for look in looks) for sign in (COMMA, POINT))
    return "," if commas > points else "."
