"""MMRec's items and users: what the numbers of the interactions stand for."""

from collections.abc import Mapping

from ibis.expr.types import Table

from siger_pipeline.data.layout import ITEM_TYPES, conform
from siger_pipeline.data.numbered.interactions import ITEM_NUMBER, USER_NUMBER, item_numbers
from siger_pipeline.data.numbered.mapping import REMEDY, is_absent, read_mapping
from siger_pipeline.data.numbered.numbering import require_every_number
from siger_pipeline.data.raw import require_columns
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.remarks import Remark

ITEM_FILE = "the item file"
USER_FILE = "the user file"
USER_ID = "user_id"


def read_items(mapping: Table, inter: Table, item_columns: Mapping[str, str]) -> Read:
    """The items of the item file, or the numbered items of the interactions where there is none.

    A file of two columns needs no names; one without ids leaves items their numbers.

    Args:
        mapping: raw columns itemID and those that `item_columns` names; none, if there is no file.
        inter: as for `read_numbered`.
        item_columns: our column -> the file's column; `item` is the source's id.

    Returns:
        item, title, brand, categories, description (null where not named or blank), price (null),
        row (the item's number); sorted by row.

    Raises:
        InputError: a column is missing; a number is not whole, negative, occurs twice or is left
            out; an item has no id, or one that occurs twice.
    """
    if is_absent(mapping):
        numbered = item_numbers(inter)
        named = numbered.mutate(**{Columns.ITEM: lambda t: t[Columns.ROW]})
        return Read(conform(named, ITEM_TYPES).order_by(Columns.ROW))
    texts = {ours: name for ours, name in item_columns.items() if ours != Columns.ITEM}
    columns = require_columns(mapping, list(texts.values()), ITEM_FILE, "\t", REMEDY)
    asked = {ours: columns[name] for ours, name in texts.items()}
    ids = read_mapping(mapping, ITEM_NUMBER, item_columns[Columns.ITEM], ITEM_FILE, asked.values())
    good, file = ids.rows(Columns.ITEM, ITEM_FILE, asked)
    require_every_number(good, ITEM_NUMBER, Columns.ROW, file)
    return Read(conform(good, ITEM_TYPES).order_by(Columns.ROW), remarks=ids.remarks)


def read_users(mapping: Table) -> tuple[Table | None, list[Remark]]:
    """The users of the user file; None where there is none, or none with ids.

    Args:
        mapping: raw columns userID and another, the source's id; none, if there is no file.

    Returns:
        user, row (the user's number); remarks on columns that were taken for these.

    Raises:
        InputError: as of `read_items`.
    """
    if is_absent(mapping):
        return None, []
    ids = read_mapping(mapping, USER_NUMBER, USER_ID, USER_FILE)
    if ids.name is None:
        return None, ids.remarks
    good, _ = ids.rows(Columns.USER, USER_FILE)
    return good.select(Columns.USER, Columns.ROW), ids.remarks
