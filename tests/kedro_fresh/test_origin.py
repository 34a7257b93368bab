"""`kedro fresh origin`: what made a dataset, back to the raw files."""

import hashlib
import json
from dataclasses import asdict

import pytest

from kedro_fresh.errors import FreshError
from kedro_fresh.origin import Origin, lines, origins
from kedro_fresh.project import open_freshness
from shop_project import KIND, Shop, registered


def told(shop: Shop, *names: str) -> dict[str, Origin]:
    pipeline = shop.pipeline()
    with registered(pipeline):
        freshness = open_freshness(pipeline, shop.catalog())
        return {each.dataset: each for each in origins(names, freshness)}


def test_each_dataset_comes_after_all_that_it_was_made_from(shop: Shop) -> None:
    shop.run()
    found = told(shop, "report")
    names = list(found)
    assert names[-1] == "report"
    for name, origin in found.items():
        assert set(names[: names.index(name)]) >= set(origin.inputs)
        assert not origin.remark


def test_hashes_are_those_of_the_files_on_the_disk(shop: Shop) -> None:
    shop.run()
    found = told(shop, "report")
    for origin in found.values():
        content = (shop.root / origin.file).read_bytes()
        assert origin.sha256 == hashlib.sha256(content).hexdigest()
        assert origin.inputs == {name: found[name].sha256 for name in origin.inputs}
    assert found["raw"].node == ""


def test_parameters_time_and_versions_are_those_of_the_run(shop: Shop) -> None:
    shop.run()
    fitted = told(shop, "fitted")["fitted"]
    (path,) = shop.entries("train")
    entry = json.loads(path.read_text())["entry"]
    assert fitted.node == "train"
    assert fitted.parameters == entry["ingredients"]["parameters"]
    assert (fitted.made, fitted.seconds) == (entry["made"], entry["seconds"])
    assert fitted.libraries == entry["libraries"]


def test_of_two_runs_the_one_that_wrote_these_bytes_is_told(shop: Shop) -> None:
    shop.parameters["train"] = {"model": "mean", "rate": 1.0}
    shop.run()
    shop.parameters["train"] = {"model": "mean", "rate": 2.0}
    shop.run()
    shop.parameters["train"] = {"model": "mean", "rate": 1.0}
    shop.run()  # brought forward
    rates = {str(value) for value in told(shop, "fitted")["fitted"].parameters.values()}
    assert any("1.0" in value for value in rates)
    assert not any("2.0" in value for value in rates)


def test_what_was_changed_since_is_said(shop: Shop) -> None:
    shop.run()
    before = told(shop, "report")
    raw = shop.root / before["raw"].file
    raw.write_bytes(raw.read_bytes() + b"\n")
    found = told(shop, "report")
    first = next(each for each in found.values() if "raw" in each.inputs)
    assert first.changed == ("raw",)
    assert any("from raw" in line and "other bytes by now" in line for line in lines(first))
    assert first.inputs["raw"] == before["raw"].sha256 != found["raw"].sha256


def test_bytes_that_no_run_wrote_are_not_given_a_maker(shop: Shop) -> None:
    shop.run()
    path = shop.root / told(shop, "fitted")["fitted"].file
    path.write_text("12")
    fitted = told(shop, "fitted")["fitted"]
    assert fitted.remark == "no run of train left word of these bytes"
    assert not fitted.node


def test_what_is_not_there_is_said(shop: Shop) -> None:
    assert told(shop, "fitted")["fitted"].remark == "not there"


def test_an_unknown_dataset_is_refused_with_those_that_there_are(shop: Shop) -> None:
    with pytest.raises(FreshError, match=r"^fited: no node reads or makes .*: fitted, history"):
        told(shop, "fited")


def test_an_origin_is_json(shop: Shop) -> None:
    shop.run()
    for origin in told(shop, "report").values():
        assert json.loads(json.dumps(asdict(origin)))["sha256"] == origin.sha256


def test_a_file_or_another_name_of_it_in_the_catalog_tells_the_dataset(shop: Shop) -> None:
    shop.run()
    lies = "filepath: data/MODEL/fitted.json, versioned: true"
    shop.catalog_text += f"alias: {{type: {KIND}, {lies}}}"
    wanted = told(shop, "fitted")
    assert told(shop, "alias") == wanted
    assert told(shop, str(shop.newest("fitted"))) == wanted
    assert told(shop, "data/mean/fitted.json") == wanted
    assert list(told(shop, "data/raw.json")) == ["raw"]
