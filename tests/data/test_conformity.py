"""What a source must return is checked, so that no stage after it works on something else."""

from collections.abc import Callable
from typing import Any

import pytest
from ibis.expr.types import Table

from siger_pipeline.data.conformity import require_ids, require_layout, require_one_row_an_item
from siger_pipeline.data.layout import ITEM_TYPES, conform
from siger_pipeline.data.schema import Columns
from siger_pipeline.data.source import Read
from siger_pipeline.errors import ParameterError

MakeTable = Callable[[dict[str, Any]], Table]


def test_a_table_of_the_layout_passes(table: MakeTable) -> None:
    read = Read(conform(table({Columns.ITEM: ["a", "b"]}), ITEM_TYPES))
    assert require_layout(read, ITEM_TYPES, "shop") is read


@pytest.mark.parametrize("drop", [Columns.PRICE, None])
def test_another_table_is_refused_with_what_is_wanted(table: MakeTable, drop: str | None) -> None:
    rows = conform(table({Columns.ITEM: ["a"]}), ITEM_TYPES)
    other = rows.drop(drop) if drop else rows.mutate(price=rows[Columns.PRICE].cast("string"))
    words = r"source 'shop' returned the columns item .*; wanted are item .*price \(float64\).*conf"
    with pytest.raises(ParameterError, match=words):
        require_layout(Read(other), ITEM_TYPES, "shop")


def test_what_is_no_read_is_refused(table: MakeTable) -> None:
    other: Any = table({Columns.ITEM: ["a"]})
    with pytest.raises(ParameterError, match=r"source 'shop' returned a Table, wanted is .*\.Read"):
        require_layout(other, ITEM_TYPES, "shop")


def test_interactions_without_an_id_are_counted_and_refused(table: MakeTable) -> None:
    whole = table({Columns.USER: ["u", "v"], Columns.ITEM: ["a", "b"]})
    require_ids(whole, "shop")
    with pytest.raises(ParameterError, match="source 'shop' returned 2 interactions without item"):
        require_ids(whole.mutate(item=whole[Columns.ITEM].nullif("a").nullif("b")), "shop")


def test_an_item_that_occurs_twice_is_named(table: MakeTable) -> None:
    require_one_row_an_item(table({Columns.ITEM: ["a", "b"]}))
    with pytest.raises(ParameterError, match=r"4 rows of 2 items, the first of them 'a'"):
        require_one_row_an_item(table({Columns.ITEM: ["b", "b", "a", "a"]}))
