"""Values that the wiring gives to a node's function."""

from typing import get_type_hints

import pytest
from kedro.pipeline import Node

from kedro_fresh.extra import extra_modules, with_code, with_values
from shop_project import Shop


def clean(raw: dict[str, float], *, digits: int, names: tuple[str, ...] = ()) -> dict[str, float]:
    return {name: round(price, digits) for name, price in raw.items() if name not in names}


def test_a_value_is_an_argument_and_the_function_stays_as_it_is() -> None:
    bound = with_values(with_code(clean, "shop.prices"), digits=0)
    assert bound({"tea": 1.26}) == {"tea": 1.0}
    assert bound({"tea": 1.26}, digits=1) == {"tea": 1.3}
    assert (bound.__name__, get_type_hints(bound)) == ("clean", get_type_hints(clean))
    assert extra_modules(bound) == ("shop.prices",)
    with pytest.raises(TypeError, match="digits"):
        clean({"tea": 1.26})  # type: ignore[call-arg]


def test_another_value_runs_the_node_again(shop: Shop) -> None:
    for digits, names, did in (
        (1, ("tea",), "ran"),
        (1, ("tea",), "fresh"),
        (0, ("tea",), "ran"),
        (0, (), "ran"),
    ):
        bound = with_values(clean, digits=digits, names=names)
        shop.replaced["clean"] = Node(bound, {"raw": "raw"}, "prices", name="clean")
        assert shop.run()["clean"] == did


def test_a_value_needs_a_keyword_only_argument_of_that_name() -> None:
    for name in ("raw", "places"):
        with pytest.raises(TypeError, match=f"clean has no keyword-only argument '{name}'"):
            with_values(clean, **{name: 1})
