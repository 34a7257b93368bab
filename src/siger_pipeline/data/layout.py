"""Columns and types of the two tables that every source is read into."""

from typing import Final

import ibis
from ibis.expr.types import Table

from siger_pipeline.data.schema import Columns

INTERACTION_TYPES: Final = {
    Columns.LINE_NUMBER: "int64",
    Columns.USER: "string",
    Columns.ITEM: "string",
    Columns.RATING: "float64",
    Columns.TIMESTAMP: "int64",
    Columns.IS_POSITION: "boolean",
    Columns.SPLIT: "string",
    Columns.USER_ROW: "int64",
}
ITEM_TYPES: Final = {
    Columns.ITEM: "string",
    Columns.TITLE: "string",
    Columns.BRAND: "string",
    Columns.CATEGORIES: "string",
    Columns.DESCRIPTION: "string",
    Columns.FEATURES: "string",
    Columns.PRICE: "float64",
    Columns.IMAGE: "string",
    Columns.ROW: "int64",
}


def conform(table: Table, types: dict[str, str]) -> Table:
    """These columns in this order and of these types; null where the table lacks one."""
    return table.select(
        **{
            name: table[name].cast(kind) if name in table.columns else ibis.null(kind)
            for name, kind in types.items()
        }
    )
