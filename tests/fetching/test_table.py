"""The table of what became of each item's address, and what is said of it."""

import logging

import ibis
import pandas as pd
import pytest

from siger_pipeline.errors import InputError
from siger_pipeline.fetching.fetch import Outcome
from siger_pipeline.fetching.table import (
    addresses_of,
    outcome_table,
    pictures_counted,
    remarks_on,
    require_enough,
)

ADDRESSES = {"a": "http://x.com/1", "b": "http://y.com/2", "c": None, "d": "http://x.com/1"}
KEPT = ("ab" * 32, 631, "JPEG", 8, 6)
OUTCOMES: dict[str, Outcome] = {"http://x.com/1": KEPT, "http://y.com/2": "404 Not Found"}


def items_and_index(images: list[str | None]) -> tuple[ibis.Table, ibis.Table]:
    names = [f"i{n}" for n in range(len(images))]
    items = pd.DataFrame({"item": names, "image": images, "row": 0}).astype({"image": "string"})
    index = pd.DataFrame({"item_id": range(len(images)), "item": names[::-1], "row": 0})
    return ibis.memtable(items), ibis.memtable(index)


def test_addresses_are_in_the_order_of_the_catalogue() -> None:
    items, index = items_and_index(["http://x/0", None, "http://x/2"])
    assert addresses_of(items, index, "addresses") == {
        "i2": "http://x/2",
        "i1": None,
        "i0": "http://x/0",
    }
    assert list(addresses_of(items, index, "addresses")) == ["i2", "i1", "i0"]


def test_a_catalogue_without_addresses_is_refused() -> None:
    with pytest.raises(InputError, match="none of the 2 items has the address of a picture"):
        addresses_of(*items_and_index([None, None]), "addresses")


def test_the_table_has_a_row_an_item() -> None:
    table = outcome_table(ADDRESSES, OUTCOMES)
    found = table.astype(object).where(table.notna(), None).values.tolist()
    kept = [None, KEPT[0], *KEPT[1:]]
    assert found == [
        ["a", "http://x.com/1", "fetched", *kept],
        ["b", "http://y.com/2", "failed", "404 Not Found", *[None] * 5],
        ["c", None, "no address", *[None] * 6],
        ["d", "http://x.com/1", "fetched", *kept],
    ]
    columns = ["item", "url", "status", "reason", "sha256", "bytes", "format", "width", "height"]
    assert list(table) == columns
    assert pictures_counted(table) == {"fetched": 2, "failed": 1, "no address": 1}


def test_what_is_missing_is_said_with_its_reasons() -> None:
    (remark,) = remarks_on(outcome_table(ADDRESSES, OUTCOMES), "addresses")
    assert remark.text == (
        "2 of 4 items have a picture from its address; 1 have no address; "
        "1 could not be fetched: y.com: 404 Not Found (1)."
    )
    assert remark.level == logging.WARNING
    (remark,) = remarks_on(outcome_table({"a": "http://x.com/1"}, OUTCOMES), "addresses")
    assert remark.text == "1 of 1 items have a picture from its address."
    assert remark.level == logging.INFO


def test_too_many_failures_are_refused_with_hosts_and_reasons() -> None:
    addresses = {f"i{n}": f"http://{'x' if n < 7 else 'y'}.com/{n}" for n in range(10)}
    outcomes: dict[str, Outcome] = dict.fromkeys(addresses.values(), "410 Gone")
    outcomes["http://y.com/9"] = KEPT
    table = outcome_table(addresses, outcomes)
    require_enough(table, 0.9)
    with pytest.raises(InputError) as caught:
        require_enough(table, 0.5)
    assert str(caught.value).startswith(
        "9 of 10 pictures (90.00%) cannot be fetched, at most 50.00% may be missing: "
        "x.com: 410 Gone (7); y.com: 410 Gone (2). The next run asks for these alone, or raise "
        "pictures.max_failed_share"
    )


def test_a_catalogue_none_of_whose_pictures_came_is_refused_in_any_case() -> None:
    table = outcome_table({"b": "http://y.com/2"}, OUTCOMES)
    with pytest.raises(InputError, match="1 of 1 pictures"):
        require_enough(table, 1)
