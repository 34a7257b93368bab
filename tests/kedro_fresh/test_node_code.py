"""Which function a node calls, with what, and what it is wired to, are ingredients too."""

import time
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import pytest
import yaml
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from kedro_fresh import clock
from kedro_fresh.extra import with_code
from kedro_fresh.function import layers
from kedro_fresh.project import upstream
from kedro_fresh.reasons import CodeChanged
from shop_project import Shop, registered

ALL_FRESH = {"clean": "fresh", "train": "fresh", "report": "fresh"}
RAW = ["raw", "params:digits"]


def clean(raw: dict[str, float], digits: int) -> dict[str, float]:
    return {name: round(price, digits) for name, price in raw.items()}


def clean_too(raw: dict[str, float], digits: int) -> dict[str, float]:
    return {name: round(price, digits) + 1 for name, price in raw.items()}


def rounding(by: int) -> Callable[..., Any]:
    def inner(raw: dict[str, float], digits: int) -> dict[str, float]:
        return {name: round(price, by) for name, price in raw.items()}

    return inner


def decorated(function: Callable[..., Any], extra: float) -> Callable[..., Any]:
    @wraps(function)
    def inner(*arguments: Any) -> dict[str, float]:
        return {name: price + extra for name, price in function(*arguments).items()}

    return inner


class Rounding:
    def __init__(self, by: int) -> None:
        self.by = by

    def __call__(self, raw: dict[str, float], digits: int) -> dict[str, float]:
        return {name: round(price, self.by) for name, price in raw.items()}

    def method(self, raw: dict[str, float], digits: int) -> dict[str, float]:
        return self(raw, digits)


def cleaning(shop: Shop, function: Callable[..., Any], inputs: Any = None) -> None:
    shop.replaced["clean"] = Node(function, inputs or RAW, "prices", name="clean")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (clean, clean_too),
        (rounding(0), rounding(1)),
        (decorated(clean, 0), decorated(clean, 1)),
        (Rounding(0), Rounding(1)),
        (Rounding(0).method, Rounding(1).method),
        (partial(Rounding(0)), partial(Rounding(1))),
    ],
)
def test_another_function_or_value_bound_into_it_runs_again(
    shop: Shop, one: Callable[..., Any], other: Callable[..., Any]
) -> None:
    cleaning(shop, one)
    shop.run()
    assert shop.run() == ALL_FRESH
    cleaning(shop, other)
    assert shop.plan().verdicts["clean"].state == "stale"
    assert shop.run()["clean"] == "ran"


def test_partials_compare_by_their_arguments(shop: Shop) -> None:
    for digits, did in ((1, "ran"), (1, "fresh"), (0, "ran")):
        cleaning(shop, partial(clean, digits=digits), {"raw": "raw"})
        assert shop.run()["clean"] == did


def test_a_value_that_cannot_be_compared_is_never_skipped(shop: Shop) -> None:
    cleaning(shop, partial(clean_too, digits=1, **{}), {"raw": "raw"})
    shop.run()
    handle = object()
    assert layers(partial(clean, handle)).unknown == ["object"]
    cleaning(shop, decorated(clean, Rate(1.0)))  # type: ignore[arg-type]
    shop.run()
    assert shop.run()["clean"] == "ran"
    assert "carries a Rate" in shop.caplog.messages[0]


class Rate:
    def __init__(self, value: float) -> None:
        self.value = value

    def __radd__(self, other: float) -> float:
        return other + self.value


def test_exchanged_inputs_and_outputs_run_again(shop: Shop) -> None:
    shop.run()
    report = {node.name: node for node in shop.pipeline().nodes}["report"]
    shop.replaced["report"] = Node(report.func, ["history", "fitted"], "report", name="report")
    assert shop.run() == {"clean": "fresh", "train": "fresh", "report": "ran"}
    assert "report: running, because its wiring changed" in shop.caplog.messages
    swapped = {"history": "fitted", "fitted": "history"}
    shop.replaced["report"] = Node(report.func, swapped, "report", name="report")
    assert shop.run()["report"] == "ran"


def test_code_told_with_with_code_counts_inside_a_partial(shop: Shop) -> None:
    told = with_code(clean, "shop.models.mean")
    cleaning(shop, partial(told, digits=1), {"raw": "raw"})
    shop.run()
    shop.edit("models/mean.py", "sum(", "0 + sum(")
    assert CodeChanged("shop.models.mean") in shop.plan().verdicts["clean"].reasons


def test_a_node_without_outputs_always_runs(shop: Shop) -> None:
    shop.replaced["notify"] = Node(lambda report: None, "report", None, name="notify")
    shop.run()
    assert shop.run() == ALL_FRESH | {"notify": "ran"}


def test_what_changed_after_it_was_loaded_is_not_recorded_as_what_ran(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = shop.pipeline()
    time.sleep(0.02)
    before = time.time_ns()
    time.sleep(0.02)
    shop.edit("prices.py", "round(price, digits)", "round(price, digits + 1)")
    from kedro_fresh.runner import FreshRunner

    with registered(pipeline):
        monkeypatch.setattr(clock, "STARTED_NS", before)
        FreshRunner().run(pipeline, shop.catalog(), None)
    assert any("shop.prices changed after it was loaded" in m for m in shop.caplog.messages)
    assert shop.run()["clean"] == "ran"


@pytest.mark.parametrize(
    ("one", "other"),
    [({"a.b": 1}, {"a": {"b": 1}}), ({"x": [1, 2]}, {"x": [2, 1]}), ({"x": 1}, {"x": "1"})],
)
def test_parameters_that_only_look_alike_differ(shop: Shop, one: object, other: object) -> None:
    cleaning(shop, lambda raw, settings: dict(raw), ["raw", "params:digits"])
    shop.parameters["digits"] = one
    shop.run()
    assert shop.run() == ALL_FRESH
    shop.parameters["digits"] = other
    assert shop.run()["clean"] == "ran"


def test_a_parameter_that_is_not_a_number_is_equal_to_itself(shop: Shop) -> None:
    cleaning(shop, lambda raw, settings: dict(raw), ["raw", "params:digits"])
    shop.parameters["digits"] = float("nan")
    shop.run()
    assert shop.run() == ALL_FRESH


def test_python_objects_in_a_catalog_entry_are_told_apart_by_their_names(shop: Shop) -> None:
    config = yaml.safe_load(shop.catalog_text)
    config["raw"]["metadata"] = {"kind": int}
    config["raw"]["indent"] = int
    catalog = DataCatalog.from_config({"raw": config["raw"]})
    from kedro_fresh.locations import locations

    assert locations(catalog, ["raw"])["raw"].settings["indent"] == str(int)


def test_a_pattern_of_files_is_never_taken_for_fresh(shop: Shop) -> None:
    shop.catalog_text = shop.catalog_text.replace("data/raw.json", "data/ra*.json")
    assert "ra*.json" in shop.plan().verdicts["clean"].why()


def test_the_code_of_a_dataset_within_a_dataset_counts() -> None:
    from kedro_fresh.locations import Location

    settings = {"type": "kedro.P", "dataset": {"type": "shop.J"}, "other": {"dataset": "shop.K"}}
    location = Location("x", settings, "", None, False, None)
    assert location.types() == {"kedro.P", "shop.J", "shop.K"}


def test_going_back_and_forth_drops_no_setting(shop: Shop) -> None:
    shop.run()
    rates = (1.0, 2.0, 3.0)
    for rate in rates * 20:
        shop.parameters["train"] = {"model": "mean", "rate": rate}
        did = shop.run("train")["train"]
    assert did == "brought forward"
    assert len(shop.entries("train")) <= 2 * (len(rates) + 1)


def test_pipelines_that_make_the_same_in_two_ways_are_looked_at_one_by_one(shop: Shop) -> None:
    pipeline = shop.pipeline()
    other = Pipeline([Node(clean_too, RAW, "prices", name="otherwise")])
    part = Pipeline([node for node in pipeline.nodes if node.name == "train"])
    with registered(pipeline) as _, pytest.MonkeyPatch.context() as patch:
        from kedro.framework import project

        patch.setattr(project, "pipelines", {"__default__": pipeline, "other": other})
        assert {node.name for node in upstream(part).nodes} == {"clean"}


def test_another_version_of_the_same_data_is_a_start_too(shop: Shop) -> None:
    pipeline = Pipeline([Node(clean, RAW, "prices@a", name="clean")])
    part = Pipeline([Node(lambda prices: prices, "prices@b", "copied", name="copy")])
    with registered(pipeline):
        assert {node.name for node in upstream(part).nodes} == {"clean"}
