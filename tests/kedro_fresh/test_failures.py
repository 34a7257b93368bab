"""After a failure, what a node that runs despite it needs goes on."""

import json
import logging

import pytest

from kedro_fresh.failures import DESPITE
from shop_project import Shop

from .wide_shop import WideShop, make_wide

FAILING = """if Path('broken').exists():
    raise ValueError('no left')
return {'sum': sum(prices.values())}"""
TABLE = """
def both(left, right):
    return {name: getattr(value, "error", "made") for name, value in locals().items()}
"""


@pytest.fixture
def wide(shop: Shop) -> WideShop:
    """`both` runs despite failures; nothing else depends on `left` or `right`."""
    made = make_wide(shop)
    made.write("wide.py", (made.root / "src/shop/wide.py").read_text() + TABLE)
    made.altered = lambda node: node.tag(DESPITE) if node.name == "both" else node
    return made


def table(wide: WideShop) -> dict[str, str]:
    loaded: dict[str, str] = json.loads(wide.newest("both").read_text())
    return loaded


@pytest.mark.parametrize("workers", [1, 2])
def test_the_others_go_on_and_the_last_one_is_told(wide: WideShop, workers: int) -> None:
    wide.replace("left", FAILING)
    (wide.root / "broken").touch()
    with pytest.raises(ValueError, match="no left"):
        wide.run_with(workers)
    others = {"clean", "train", "report", "right", "both"}
    assert wide.told() == dict.fromkeys(others, "ran")
    assert table(wide) == {"left": "no left", "right": "made"}
    said = [record.getMessage() for record in wide.caplog.records if record.levelno > logging.DEBUG]
    assert said[-1].startswith("6 nodes: 5 ran, 1 failed; ")
    assert "both: made without left, so it will run again" in said
    assert "no left" in said  # at once, since it is raised hours later
    # It fails again, and what has been made is not made again, but for the one that sums up.
    with pytest.raises(ValueError, match="no left"):
        wide.run_with(workers)
    assert wide.told() == {**dict.fromkeys(others, "fresh"), "both": "ran"}
    (wide.root / "broken").unlink()
    assert wide.run_with(workers) == {
        **dict.fromkeys(others, "fresh"),
        **dict.fromkeys(("left", "both"), "ran"),
    }
    assert table(wide) == {"left": "made", "right": "made"}
    assert set(wide.run_with(workers).values()) == {"fresh"}


def test_an_earlier_result_does_not_stand_for_what_has_failed(wide: WideShop) -> None:
    """All that `both` reads is as it was when it ran, and yet its result does not hold."""
    wide.replace("left", f"from shop.prices import rounded\n{FAILING}")
    wide.run_with(1)
    wide.edit("prices.py", "round(price, digits)", "round(price, digits) + 0")
    (wide.root / "broken").touch()
    with pytest.raises(ValueError, match="no left"):
        wide.run_with(1)
    assert wide.told()["both"] == "ran"
    assert table(wide) == {"left": "no left", "right": "made"}


def test_where_it_could_be_made_of_nothing_it_is_left_out(wide: WideShop) -> None:
    wide.edit("cleaning.py", "return {", "raise ValueError('no prices')\n    return {")
    with pytest.raises(ValueError, match="no prices"):
        wide.run_with(1)
    assert wide.told() == {}
    assert wide.caplog.messages[-1].startswith("6 nodes: 1 failed, 5 left out; ")


def test_the_first_of_several_is_raised(wide: WideShop) -> None:
    wide.replace("left", "raise ValueError('no left')")
    wide.replace("right", "raise ValueError('no right')")
    with pytest.raises(ValueError, match="no left"):
        wide.run_with(1)
    assert {"no left", "no right"} <= set(wide.caplog.messages)
    assert "both" not in wide.told()


def test_a_failure_that_nothing_sums_up_ends_the_run(wide: WideShop) -> None:
    wide.edit("training.py", "    import importlib\n", "    raise ValueError('no model')\n")
    with pytest.raises(ValueError, match="no model"):
        wide.run_with(1)
    assert "report" not in wide.told()
    wide.altered = lambda node: node
    wide.replace("left", "raise ValueError('no left')")
    with pytest.raises(ValueError):
        wide.run_with(1)
    assert "both" not in wide.told()


def test_an_interrupt_ends_the_run(wide: WideShop) -> None:
    wide.replace("left", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        wide.run_with(1)
    assert "both" not in wide.told()
