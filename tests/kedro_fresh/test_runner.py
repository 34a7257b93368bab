"""What the caching runner says of a run: a line a node that did something, and a summary."""

import logging
import re

import pytest
from kedro.io import DataCatalog

from kedro_fresh.errors import FreshError
from kedro_fresh.runner import FreshRunner
from shop_project import Shop, registered


def said(shop: Shop) -> list[str]:
    """Lines at INFO and above, with every duration as 0.0 s."""
    records = [record for record in shop.caplog.records if record.levelno >= logging.INFO]
    return [re.sub(r"\d+\.\d s", "0.0 s", record.getMessage()) for record in records]


def test_a_first_run_has_a_line_a_node_without_reasons(shop: Shop) -> None:
    shop.run()
    assert said(shop) == [
        "clean: ran in 0.0 s",
        "train: ran in 0.0 s",
        "report: ran in 0.0 s",
        "3 nodes: 3 ran; 0.0 s",
    ]


def test_fresh_nodes_are_counted(shop: Shop) -> None:
    shop.run()
    shop.run()
    assert said(shop) == ["All 3 nodes are fresh: none had to run"]


def test_the_node_where_a_change_begins_has_the_reason(shop: Shop) -> None:
    shop.run()
    shop.parameters["train"] = {"model": "mean", "rate": 3.0}
    shop.run()
    assert said(shop) == [
        "train: ran in 0.0 s (train.rate changed 2.0 → 3.0)",
        "report: ran in 0.0 s",
        "3 nodes: 2 ran, 1 fresh; 0.0 s",
    ]


def test_force_is_no_reason_to_be_repeated(shop: Shop) -> None:
    shop.run()
    shop.run(force=True)
    assert said(shop)[0] == "clean: ran in 0.0 s"


def test_a_node_that_fails_is_named_and_no_other(shop: Shop) -> None:
    shop.edit("models/mean.py", "return sum", "raise ValueError\n    return sum")
    with pytest.raises(ValueError):
        shop.run()
    assert said(shop)[-2:] == ["clean: ran in 0.0 s", "train: failed after 0.0 s"]
    shop.edit("models/mean.py", "raise ValueError\n    return sum", "return sum")
    shop.run()
    shop.hour = 0  # the clock was set back
    shop.parameters["train"] = {"model": "mean", "rate": 3.0}
    with pytest.raises(FreshError, match="set the clock right"):
        shop.run()
    assert not [line for line in said(shop) if "failed" in line]


def checked(shop: Shop, *, refused: bool = True) -> None:
    """A run whose check waits for the prices."""

    def prices(catalog: DataCatalog) -> None:
        assert catalog.load("prices")
        if refused:
            raise FreshError("prices are too high")

    shop.caplog.clear()
    pipeline = shop.pipeline()
    with registered(pipeline):
        FreshRunner(check=lambda nodes, _: {"prices": prices} if list(nodes) else {}).run(
            pipeline, shop.catalog(), None
        )


def test_a_check_that_waits_for_a_dataset_comes_before_the_next_node(shop: Shop) -> None:
    with pytest.raises(FreshError, match="too high"):
        checked(shop)
    assert said(shop) == ["clean: ran in 0.0 s"]
    checked(shop, refused=False)
    assert said(shop)[-1] == "3 nodes: 2 ran, 1 fresh; 0.0 s"


def test_where_the_dataset_is_fresh_it_comes_before_any_node(shop: Shop) -> None:
    shop.run()
    shop.parameters["train"] = {"model": "mean", "rate": 3.0}
    with pytest.raises(FreshError, match="too high"):
        checked(shop)
    assert said(shop) == []
