"""A node that was broken off goes on from what it left, if nothing changed."""

import builtins
import importlib
from collections.abc import Iterator

import pytest
from kedro.pipeline import Node, Pipeline

from shop_project import Shop

CATALOG = """
left: {type: kedro_fresh.unfinished.UnfinishedDataset}
"""
TRAIN = """
def train(prices, rate, left):
    done = left["history"]["steps"] if left else 0
    total = left["fitted"]["sum"] if left else 0.0
    for step in range(done + 1, 6):
        total += rate * step
        yield {"sum": total}, {"steps": step, "started": done}
        stop_after(step)
"""


class Stopping(Shop):
    """A shop whose training yields after each step."""

    def pipeline(self) -> Pipeline:
        super().pipeline()
        steps = importlib.import_module("shop.steps")
        self.replaced["train"] = Node(
            steps.train,
            ["prices", "params:train.rate", "left"],
            ["fitted", "history"],
            name="train",
        )
        return super().pipeline()


@pytest.fixture
def stopping(shop: Shop) -> Iterator[Stopping]:
    shop.write("steps.py", TRAIN)
    yield Stopping(shop.root, shop.caplog, shop.catalog_text + CATALOG)


def broken_off(shop: Stopping, step: int) -> None:
    # A name that the module does not hold: a stop is no change of code.
    def stop_after(now: int) -> None:
        if now == step:
            raise KeyboardInterrupt

    builtins.stop_after = stop_after  # type: ignore[attr-defined]
    with pytest.raises(KeyboardInterrupt):
        shop.run()
    builtins.stop_after = lambda now: None  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _stops(stopping: Stopping) -> Iterator[None]:
    builtins.stop_after = lambda now: None  # type: ignore[attr-defined]
    yield
    del builtins.stop_after  # type: ignore[attr-defined]


def result(shop: Stopping) -> tuple[str, str]:
    return shop.newest("fitted").read_text(), shop.newest("history").read_text()


def test_a_run_goes_on_from_the_last_finished_step(stopping: Stopping) -> None:
    broken_off(stopping, 2)
    assert '"steps": 2' in stopping.newest("history").read_text()
    assert stopping.run()["train"] == "ran"
    fitted, history = result(stopping)
    assert '"sum": 30.0' in fitted
    assert '"started": 2' in history
    assert stopping.run()["train"] == "fresh"


def test_it_goes_on_again_when_it_is_broken_off_again(stopping: Stopping) -> None:
    broken_off(stopping, 1)
    broken_off(stopping, 4)
    stopping.run()
    fitted, history = result(stopping)
    assert '"sum": 30.0' in fitted
    assert '"started": 4' in history


def test_another_parameter_starts_anew_and_says_why(stopping: Stopping) -> None:
    broken_off(stopping, 2)
    stopping.parameters["train"] = {"model": "mean", "rate": 3.0}
    stopping.run()
    assert '"started": 0' in stopping.newest("history").read_text()
    assert any(
        m.startswith("train: starts anew") and "train.rate changed 2.0 → 3.0" in m
        for m in stopping.caplog.messages
    )


def test_what_was_broken_off_is_still_there_after_another_parameter(stopping: Stopping) -> None:
    broken_off(stopping, 3)
    stopping.parameters["train"] = {"model": "mean", "rate": 3.0}
    stopping.run()
    stopping.parameters["train"] = {"model": "mean", "rate": 2.0}
    stopping.run()
    fitted, history = result(stopping)
    assert '"sum": 30.0' in fitted
    assert '"started": 3' in history


def test_force_starts_anew(stopping: Stopping) -> None:
    broken_off(stopping, 3)
    stopping.run(force=True)
    assert '"started": 0' in stopping.newest("history").read_text()


def test_half_a_result_is_never_taken_for_fresh(stopping: Stopping) -> None:
    broken_off(stopping, 3)
    assert stopping.plan().verdicts["train"].state == "stale"
    assert stopping.plan().verdicts["report"].state == "stale"


def test_a_damaged_leftover_starts_anew(stopping: Stopping) -> None:
    broken_off(stopping, 3)
    stopping.newest("history").write_text("{")
    stopping.run()
    assert '"started": 0' in stopping.newest("history").read_text()
    assert any("starts anew" in m and "history" in m for m in stopping.caplog.messages)


def test_a_missing_leftover_starts_anew(stopping: Stopping) -> None:
    broken_off(stopping, 3)
    stopping.newest("history").unlink()
    stopping.run()
    assert '"started": 0' in stopping.newest("history").read_text()


def test_a_run_that_wrote_only_half_leaves_the_one_before_it_to_go_on_from(
    stopping: Stopping,
) -> None:
    broken_off(stopping, 2)
    broken_off(stopping, 4)
    stopping.newest("history").unlink()
    stopping.run()
    fitted, history = result(stopping)
    assert '"sum": 30.0' in fitted
    assert '"started": 2' in history


def test_without_versions_another_run_takes_the_place_of_what_was_left(stopping: Stopping) -> None:
    stopping.catalog_text = stopping.catalog_text.replace(", versioned: true", "")
    broken_off(stopping, 2)
    stopping.parameters["train"] = {"model": "mean", "rate": 100.0}
    broken_off(stopping, 3)
    stopping.parameters["train"] = {"model": "mean", "rate": 2.0}
    stopping.run()
    assert '"sum": 30.0' in (stopping.root / "data" / "mean" / "fitted.json").read_text()


def test_what_is_known_of_a_broken_off_run_and_cannot_be_read_starts_anew(
    stopping: Stopping,
) -> None:
    broken_off(stopping, 3)
    (begun,) = (stopping.record("train") / "unfinished").glob("*.json")
    begun.write_text("{")
    assert stopping.run()["train"] == "ran"
    assert '"started": 0' in stopping.newest("history").read_text()
    told = f"train: starts anew, since unfinished/{begun.name} is damaged"
    assert any(message.startswith(told) for message in stopping.caplog.messages)
    assert begun.with_suffix(".unreadable").exists()
    assert stopping.run()["train"] == "fresh"


def test_a_run_that_ends_leaves_nothing_unfinished_of_its_ingredients(stopping: Stopping) -> None:
    broken_off(stopping, 2)
    stopping.parameters["train"] = {"model": "mean", "rate": 3.0}
    broken_off(stopping, 2)
    folder = stopping.record("train") / "unfinished"
    (first, second) = sorted(folder.iterdir())
    stopping.run()
    assert list(folder.iterdir()) == [first]
    assert second.name > first.name


def test_what_was_broken_off_before_another_run_ended_is_told_once(stopping: Stopping) -> None:
    broken_off(stopping, 2)
    for rate, told in ((3.0, True), (4.0, False)):
        stopping.parameters["train"] = {"model": "mean", "rate": rate}
        stopping.run()
        assert any("starts anew" in message for message in stopping.caplog.messages) is told


class Remembering(Shop):
    """A shop whose first node reads a cache."""

    def pipeline(self) -> Pipeline:
        super().pipeline()
        steps = importlib.import_module("shop.steps")
        inputs = ["raw", "params:digits", "cache"]
        self.replaced["clean"] = Node(steps.clean, inputs, "prices", name="clean")
        return super().pipeline()


def test_what_is_in_a_cache_makes_no_node_stale(shop: Shop) -> None:
    shop.write("steps.py", "def clean(raw, digits, cache):\n    return raw\n")
    catalog = shop.catalog_text + "cache: {type: shop_dataset.Cache, filepath: data/cache.json}\n"
    remembering = Remembering(shop.root, shop.caplog, catalog)
    (shop.root / "data" / "cache.json").write_text("1")
    assert remembering.run()["clean"] == "ran"
    (shop.root / "data" / "cache.json").write_text("2")
    assert remembering.run()["clean"] == "fresh"
    (shop.root / "data" / "cache.json").unlink()
    assert remembering.run()["clean"] == "fresh"
