"""Which nodes run, and why."""

import json
import os
import shutil
from pathlib import Path

import pytest
from kedro.pipeline import Node

from kedro_fresh.errors import FreshError
from kedro_fresh.reasons import CodeChanged, InputChanged
from shop_project import KIND, Shop

ALL_RAN = {"clean": "ran", "train": "ran", "report": "ran"}
ALL_FRESH = {"clean": "fresh", "train": "fresh", "report": "fresh"}


def train(shop: Shop, **values: object) -> None:
    shop.parameters["train"] = {**shop.parameters["train"], **values}


def test_a_second_run_runs_nothing(shop: Shop) -> None:
    assert shop.run() == ALL_RAN
    assert shop.run() == ALL_FRESH


def test_a_parameter_reruns_its_node_onward_and_is_named(shop: Shop) -> None:
    shop.run()
    train(shop, rate=3.0)
    assert shop.run() == {"clean": "fresh", "train": "ran", "report": "ran"}
    assert "train: running, because train.rate changed 2.0 → 3.0" in shop.caplog.messages


def test_a_parameter_switched_back_brings_the_earlier_version_forward(shop: Shop) -> None:
    shop.run()
    first = shop.newest("fitted")
    train(shop, rate=3.0)
    shop.run()
    train(shop, rate=2.0)
    assert shop.run() == {"clean": "fresh", "train": "brought forward", "report": "brought forward"}
    assert shop.newest("fitted").read_bytes() == first.read_bytes()
    assert shop.newest("fitted") != first
    assert shop.newest("fitted").samefile(first)
    assert shop.run() == ALL_FRESH


def test_a_raw_file_reruns_what_depends_on_it(shop: Shop) -> None:
    shop.run()
    (shop.root / "data" / "raw.json").write_text('{"tea": 1.3, "milk": 9.0}')
    assert shop.run() == ALL_RAN
    assert "clean: running, because content of raw (data/raw.json) changed" in shop.caplog.messages


def test_an_output_that_is_what_it_was_leaves_what_comes_after_fresh(shop: Shop) -> None:
    shop.run()
    (shop.root / "data" / "raw.json").write_text('{"tea": 1.27, "milk": 2.55}')
    assert shop.run() == {"clean": "ran", "train": "fresh", "report": "fresh"}


def test_a_touched_raw_file_reruns_nothing(shop: Shop) -> None:
    shop.run()
    os.utime(shop.root / "data" / "raw.json", (1, 1))
    assert shop.run() == ALL_FRESH


def test_bytes_changed_behind_size_and_time_are_seen(shop: Shop) -> None:
    shop.run()
    raw = shop.root / "data" / "raw.json"
    before = raw.stat()
    raw.write_text(raw.read_text().replace("1.26", "7.26"))
    os.utime(raw, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert shop.run() == ALL_RAN


@pytest.mark.parametrize("name", ["fitted", "history"])
def test_a_deleted_result_is_made_again(shop: Shop, name: str) -> None:
    shop.run()
    shutil.rmtree(shop.newest(name).parent)
    assert shop.run()["train"] == "ran"
    where = f"data/mean/{name}.json"
    assert f"train: running, because {name} ({where}) is missing" in shop.caplog.messages


def test_an_altered_or_truncated_result_is_made_again(shop: Shop) -> None:
    shop.run()
    for text in ('{"fitted": 0}', ""):
        altered = shop.newest("fitted")
        altered.write_text(text)
        assert shop.run()["train"] == "ran"
        where = altered.relative_to(shop.root)
        told = f"train: running, because fitted ({where}) is not what it wrote"
        assert told in shop.caplog.messages
    assert shop.run() == ALL_FRESH


def test_a_deleted_newest_version_with_an_earlier_equal_one_is_brought_forward(shop: Shop) -> None:
    shop.run()
    train(shop, rate=3.0)
    shop.run()
    train(shop, rate=2.0)
    shop.run()
    shutil.rmtree(shop.newest("fitted").parent)
    assert shop.run()["train"] == "brought forward"


def test_a_damaged_earlier_version_is_not_brought_forward(shop: Shop) -> None:
    shop.run()
    shop.newest("fitted").write_text("{}")
    train(shop, rate=3.0)
    shop.run()
    train(shop, rate=2.0)
    assert shop.run()["train"] == "ran"


def test_another_model_and_back_reruns_nothing(shop: Shop) -> None:
    shop.run()
    train(shop, model="most")
    assert shop.run() == {"clean": "fresh", "train": "ran", "report": "ran"}
    train(shop, model="mean")
    assert shop.run() == ALL_FRESH


def test_comments_docstrings_and_formatting_do_not_count(shop: Shop) -> None:
    shop.run()
    shop.edit("prices.py", "    return", '    """Rounded."""\n\n    # by the digits\n    return')
    shop.edit("prices.py", "(price, digits)\n", "(price , digits )\n")
    assert shop.run() == ALL_FRESH


def test_code_reached_by_imports_counts_in_functions_too(shop: Shop) -> None:
    shop.run()
    shop.edit("prices.py", "round(price, digits)", "round(price, digits + 0)")
    assert shop.plan().verdicts["clean"].why() == "code of shop.prices changed"
    shop.edit("words.py", "{fitted} {history}", "{history} {fitted}")
    verdicts = shop.plan().verdicts
    assert CodeChanged("shop.words") in verdicts["report"].reasons


def test_the_code_of_a_model_makes_that_models_results_stale_and_no_other_s(shop: Shop) -> None:
    shop.run()
    train(shop, model="most")
    shop.run()
    shop.edit("models/mean.py", "sum(", "0 + sum(")
    assert shop.run() == ALL_FRESH
    train(shop, model="mean")
    assert shop.run()["train"] == "ran"
    assert "train: running, because code of shop.models.mean changed" in shop.caplog.messages


def test_a_setting_of_the_catalog_counts_and_a_hint_does_not(shop: Shop) -> None:
    shop.run()
    plain = shop.catalog_text
    shop.catalog_text = plain.replace("filepath: data/raw.json", "filepath: data/raw.json, hint: x")
    assert shop.run() == ALL_FRESH
    shop.catalog_text = plain.replace(
        "filepath: data/raw.json", "filepath: data/raw.json, indent: 1"
    )
    assert shop.run()["clean"] == "ran"
    assert "clean: running, because catalog entry of raw changed" in shop.caplog.messages


def test_force_runs_everything(shop: Shop) -> None:
    shop.run()
    assert shop.run(force=True) == ALL_RAN
    assert shop.run() == ALL_FRESH


def test_a_version_asked_for_is_loaded_and_the_newest_stays_right(shop: Shop) -> None:
    shop.run()
    old = shop.newest("fitted").parent.name
    first = shop.newest("report").read_bytes()
    train(shop, rate=3.0)
    shop.run()
    second = shop.newest("report").read_bytes()
    assert shop.run("report", load_versions={"fitted": old}) == {"report": "brought forward"}
    assert shop.newest("report").read_bytes() == first
    assert shop.run() == {"clean": "fresh", "train": "fresh", "report": "brought forward"}
    assert shop.newest("report").read_bytes() == second


def test_a_whole_run_with_a_version_asked_for_leaves_its_node_alone(shop: Shop) -> None:
    shop.run()
    old = shop.newest("fitted").parent.name
    train(shop, rate=3.0)
    shop.run()
    did = shop.run(load_versions={"fitted": old})
    assert did == {"clean": "fresh", "train": "fresh", "report": "brought forward"}


def test_a_part_starts_from_what_is_there_and_says_when_that_is_stale(shop: Shop) -> None:
    shop.run()
    assert shop.run("report") == {"report": "fresh"}
    assert not [r for r in shop.caplog.records if r.levelname == "WARNING"]
    train(shop, rate=5.0)
    assert shop.run("report") == {"report": "fresh"}
    (warning,) = [r.getMessage() for r in shop.caplog.records if r.levelname == "WARNING"]
    assert "starts from fitted, history" in warning
    assert "train: train.rate changed 2.0 → 5.0" in warning


def test_a_part_that_starts_from_nothing_is_refused_in_a_sentence(shop: Shop) -> None:
    told = "starts from fitted, history, which no run has made yet"
    with pytest.raises(FreshError, match=told):
        shop.run("report")


def test_a_plan_changes_nothing_and_tells_own_reasons_from_those_before(shop: Shop) -> None:
    shop.run()
    train(shop, rate=3.0)
    before = sorted(path for path in shop.root.rglob("*") if ".fresh" not in str(path))
    lines = {name: (state, why) for state, name, why in shop.plan().lines()}
    assert lines["clean"][0] == "fresh"
    assert lines["train"] == ("stale", "train.rate changed 2.0 → 3.0")
    assert lines["report"] == ("waits", "runs if train makes something new")
    assert before == sorted(path for path in shop.root.rglob("*") if ".fresh" not in str(path))


def test_a_plan_does_not_call_stale_what_an_altered_input_may_leave_fresh(shop: Shop) -> None:
    shop.run()
    shop.newest("fitted").write_text("{}")
    lines = {name: state for state, name, _ in shop.plan().lines()}
    assert lines == {"clean": "fresh", "train": "stale", "report": "waits"}


def test_a_raw_input_whose_name_begins_like_one_to_come_is_a_reason_of_its_own(shop: Shop) -> None:
    shop.catalog_text += f"prices_old: {{type: {KIND}, filepath: data/old.json}}\n"
    (shop.root / "data" / "old.json").write_text("{}")
    shop.replaced["report"] = Node(
        lambda fitted, prices, old: [fitted, prices, old],
        ["fitted", "prices", "prices_old"],
        "report",
        name="report",
    )
    shop.run()
    (shop.root / "data" / "old.json").write_text('{"tea": 1}')
    shop.parameters["digits"] = 0
    assert shop.plan().verdicts["report"].reasons == [InputChanged("prices_old", "data/old.json")]


def test_libraries_are_recorded_and_only_told(shop: Shop) -> None:
    shop.edit("prices.py", "def rounded", "import numpy\n\n\ndef rounded")
    shop.run()
    (entry,) = shop.entries("clean")
    known = json.loads(entry.read_text())
    assert {"Python", "numpy"} <= set(known["entry"]["libraries"])
    known["entry"]["libraries"]["numpy"] = "1.0"
    entry.write_text(json.dumps(known))
    assert shop.run() == ALL_FRESH
    assert any("numpy 1.0 → " in message for message in shop.caplog.messages)


def test_a_project_that_moved_stays_fresh(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.run()
    moved = tmp_path / "elsewhere"
    shutil.copytree(shop.root, moved)
    shutil.rmtree(shop.root)
    shop.root = moved
    monkeypatch.chdir(moved)
    monkeypatch.syspath_prepend(str(moved / "src"))
    assert shop.run() == ALL_FRESH
