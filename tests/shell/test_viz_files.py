"""What is left for Kedro-Viz of a run: states, times and sizes, of fresh nodes too."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro_viz.utils import _hash

from kedro_fresh.loaded import watch
from shop_project import Shop, make_shop, registered
from siger_pipeline.shell.viz import EndedRun, note_for_viz


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Shop:
    made = make_shop(tmp_path / "project", caplog)
    monkeypatch.chdir(made.root)
    monkeypatch.syspath_prepend(str(made.root / "src"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    watch("shop")
    return made


def noted(shop: Shop, began: datetime, **more: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Events and statistics, after a run."""
    pipeline = shop.pipeline()
    with registered(pipeline):
        note_for_viz(EndedRun(pipeline, shop.catalog(), began, **more))
    folder = shop.root / ".viz"
    events = json.loads((folder / "kedro_pipeline_events.json").read_text())
    return events, json.loads((folder / "stats.json").read_text())


def test_a_node_that_was_skipped_has_the_time_of_the_run_that_made_its_outputs(shop: Shop) -> None:
    shop.run()
    before, _ = noted(shop, datetime.now(UTC))
    assert set(shop.run().values()) == {"fresh"}
    after, _ = noted(shop, datetime.now(UTC))
    of_nodes = [each for each in after if each["event"] == "after_node_run"]
    assert of_nodes == [each for each in before if each["event"] == "after_node_run"]
    assert {each["node"] for each in of_nodes} == {"clean", "train", "report"}
    ids = {node.name: _hash(str(node)) for node in shop.pipeline().nodes}
    assert {each["node"]: each["node_id"] for each in of_nodes} == ids
    assert (after[0]["event"], after[-1]["event"]) == ("before_pipeline_run", "after_pipeline_run")


def test_of_a_run_that_failed_only_what_it_executed_counts_as_done(shop: Shop) -> None:
    shop.run()
    later = datetime(2126, 1, 1, tzinfo=UTC)
    error = ValueError("no price")
    node = next(each for each in shop.pipeline().nodes if each.name == "train")
    events, _ = noted(shop, later, error=error, failed=node)
    assert not [each for each in events if each["event"] == "after_node_run"]
    failed, ended = events[-2:]
    assert (failed["event"], failed["node"], failed["error"]) == (
        "on_node_error",
        "train",
        "no price",
    )
    assert (ended["event"], ended["error"]) == ("on_pipeline_error", "no price")
    assert "ValueError: no price" in ended["traceback"]


def test_sizes_are_those_of_the_newest_files(shop: Shop) -> None:
    shop.run()
    _, statistics = noted(shop, datetime.now(UTC))
    assert statistics["fitted"] == {"file_size": shop.newest("fitted").stat().st_size}
    (shop.root / ".viz" / "stats.json").write_text("{damaged")
    assert noted(shop, datetime.now(UTC))[1] == statistics


def test_tables_have_rows_and_columns_and_are_opened_again_when_their_size_changes(
    shop: Shop,
) -> None:
    shop.run()
    path = shop.root / "data" / "raw.parquet"
    shop.catalog_text = shop.catalog_text.replace("data/raw.json", "data/raw.parquet")
    pd.DataFrame({"a": [1, 2, 3], "b": 0}).to_parquet(path)
    assert noted(shop, datetime.now(UTC))[1]["raw"]["rows"] == 3
    pd.DataFrame({"a": range(999), "b": 0}).to_parquet(path)
    found = noted(shop, datetime.now(UTC))[1]["raw"]
    assert found == {"rows": 999, "columns": 2, "file_size": path.stat().st_size}
    path.write_bytes(b"no table")
    assert noted(shop, datetime.now(UTC))[1]["raw"] == {"file_size": 8}


def test_nothing_is_written_where_kedro_viz_is_not_installed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run()
    monkeypatch.setattr("siger_pipeline.shell.viz.find_spec", lambda _: None)
    pipeline = shop.pipeline()
    with registered(pipeline):
        note_for_viz(EndedRun(pipeline, shop.catalog(), datetime.now(UTC)))
    assert not (shop.root / ".viz").exists()
