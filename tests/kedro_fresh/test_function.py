"""What is bound into a node's function is counted, or cannot be known: it is never fresh unseen."""

import json
import math
import operator
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial, singledispatch, wraps
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kedro.pipeline import Node
from pydantic import BaseModel

from kedro_fresh.function import Layers, layers
from kedro_fresh.reasons import KeysReordered
from shop_project import Shop

ALL_FRESH = {"clean": "fresh", "train": "fresh", "report": "fresh"}


def as_text(value: Any) -> str:
    return str(value)


def with_default(rate: Any) -> Callable[..., Any]:
    def inner(raw: Any, digits: Any, by: Any = rate) -> Any:
        return {**raw, "by": by}

    return inner


def with_keyword_default(rate: Any) -> Callable[..., Any]:
    def inner(raw: Any, digits: Any, *, by: Any = rate) -> Any:
        return {**raw, "by": by}

    return inner


def with_attribute(rate: Any) -> Callable[..., Any]:
    def inner(raw: Any, digits: Any) -> Any:
        return {**raw, "by": inner.by}  # type: ignore[attr-defined]

    inner.by = rate  # type: ignore[attr-defined]
    return inner


def held(value: Any) -> Callable[..., Any]:
    """A closure over any value."""

    def inner(raw: Any, digits: Any) -> Any:
        return {**raw, "by": str(value)}

    return inner


def made_class(rate: float) -> type:
    class Made:
        by = rate

    return Made


class Base:
    by = 1

    def __call__(self, raw: Any, digits: Any) -> Any:
        return {**raw, "by": self.helped()}

    def helped(self) -> Any:
        return self.by


class Attribute(Base):
    by = 2


class Overridden(Base):
    def helped(self) -> Any:
        return 7


class Slots:
    __slots__ = ("__hidden", "by")

    def __init__(self, by: Any, hidden: Any = 0) -> None:
        self.by = by
        self.__hidden = hidden

    def __call__(self, raw: Any, digits: Any) -> Any:
        return {**raw, "by": (self.by, self.__hidden)}

    def bound(self, raw: Any, digits: Any) -> Any:
        return self(raw, digits)

    @classmethod
    def of_class(cls, raw: Any, digits: Any) -> Any:
        return dict(raw)


class OtherSlots(Slots):
    __slots__ = ()


class Descriptor:
    """A callable object that takes part in attribute access, as decorators do."""

    def __init__(self, by: Any) -> None:
        self.by = by

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self

    def __call__(self, raw: Any, digits: Any) -> Any:
        return {**raw, "by": self.by}


class Colour(Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True)
class Settings:
    by: int


class Model(BaseModel):
    by: int


def added(by: int) -> Callable[..., Any]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def inner(*arguments: Any) -> Any:
            return {**function(*arguments), "by": by}

        return inner

    return decorate


def plain(raw: Any, digits: Any) -> Any:
    return dict(raw)


def doubled(raw: Any, digits: Any) -> Any:
    return {name: 2 * price for name, price in raw.items()}


def dispatching(second: Callable[..., Any]) -> Callable[..., Any]:
    @singledispatch
    def choose(raw: Any, digits: Any) -> Any:
        return dict(raw)

    choose.register(dict)(second)
    return choose


PAIRS: list[tuple[Any, Any]] = [
    (with_default(1), with_default(2)),
    (with_keyword_default(1), with_keyword_default(2)),
    (with_attribute(1), with_attribute(2)),
    (held(1), held(1.0)),
    (held(True), held(1)),
    (held((1, 2)), held([1, 2])),
    (held({"a": 1, "b": 2}), held({"b": 2, "a": 1})),
    (held(OrderedDict(a=1)), held({"a": 1})),
    (held({1, 2}), held({1, 3})),
    (held(b"1"), held(b"2")),
    (held(Path("a")), held(Path("b"))),
    (held(range(3)), held(range(4))),
    (held(Colour.RED), held(Colour.BLUE)),
    (held(Settings(1)), held(Settings(2))),
    (held(Model(by=1)), held(Model(by=2))),
    (held(np.arange(3)), held(np.arange(3) + 1)),
    (held(np.float32(1)), held(np.float64(1))),
    (held({"x": [plain]}), held({"x": [doubled]})),
    (held(made_class(1)), held(made_class(2))),
    (held(type("A", (), {"by": 1})), held(type("A", (), {"by": 2}))),
    (held(int), held(float)),
    (partial(held, Base), partial(held, Attribute)),
    (Base(), Attribute()),
    (Base(), Overridden()),
    (Slots(1), Slots(2)),
    (Slots(1, 1), Slots(1, 2)),
    (Slots(1), OtherSlots(1)),
    (Slots(1).bound, Slots(2).bound),
    (Slots.of_class, OtherSlots.of_class),
    (Descriptor(1), Descriptor(2)),
    (added(1)(plain), added(2)(plain)),
    (added(1)(plain), added(1)(doubled)),
    (cache(plain), cache(doubled)),
    (cache(with_default(1)), cache(with_default(2))),
    (staticmethod(plain), staticmethod(doubled)),
    (dispatching(plain), dispatching(doubled)),
    (lambda raw, digits: dict(raw), lambda raw, digits: {**raw, "x": 1}),  # on one line
    (operator.itemgetter(0), operator.itemgetter(1)),
    (operator.attrgetter("a"), operator.attrgetter("b")),
    (operator.methodcaller("a", 1), operator.methodcaller("a", 2)),
    (np.log, np.exp),
    (math.sqrt, math.exp),
    (len, sum),
    (partial(round, ndigits=1), partial(round, ndigits=2)),
    (partial(max, 1), partial(min, 1)),
    ("a".join, "b".join),
    (str.join, str.split),
    ([1].index, [2].index),
    (np.vectorize(plain), np.vectorize(doubled)),
    (np.sum, np.mean),
]


@pytest.mark.parametrize("pair", PAIRS, ids=range(len(PAIRS)))
def test_functions_that_differ_are_told_apart_or_cannot_be_known(pair: tuple[Any, Any]) -> None:
    one, other = (layers(function) for function in pair)
    assert json.dumps(one.description) != json.dumps(other.description)
    again = layers(pair[0])
    assert again.description == one.description
    assert one.unknown == other.unknown == []


@pytest.mark.parametrize(
    "function",
    [
        held(object()),
        held(iter([1])),
        held(np.array([object()])),
        np.frompyfunc(abs, 1, 1),
        np.random.default_rng(3).normal,
        Path(__file__).open().read,  # noqa: SIM115
    ],
)
def test_what_cannot_be_compared_is_said_to_be_unknown(function: Callable[..., Any]) -> None:
    assert layers(function).unknown


def test_many_and_circular_values_are_described() -> None:
    circle: list[Any] = [(number,) for number in range(20_000)]
    circle.append(circle)
    found: Layers = layers(held(circle))
    assert found.unknown == []


def first_of(getter: Callable[..., Any], raw: Any) -> Any:
    return getter(raw)


def lowest(raw: Any, digits: Any) -> Any:
    return min(raw.values())


@pytest.mark.parametrize(
    ("function", "inputs"),
    [
        (Slots(1), ["raw", "params:digits"]),
        (partial(first_of, operator.itemgetter("tea")), "raw"),
        (math.sqrt, "params:digits"),
        (singledispatch(lowest), ["raw", "params:digits"]),
    ],
)
def test_any_callable_can_be_a_nodes_function(
    shop: Shop, function: Callable[..., Any], inputs: Any
) -> None:
    shop.replaced["clean"] = Node(function, inputs, "prices", name="clean")
    shop.replaced["train"] = Node(as_text, "prices", "fitted", name="train")
    shop.replaced["report"] = Node(as_text, "fitted", "report", name="report")
    assert set(shop.run().values()) == {"ran"}
    assert shop.run() == ALL_FRESH


def keywords(**named: Any) -> Any:
    return {"order": list(named)}


def test_the_order_of_inputs_by_name_counts_where_a_function_can_see_it(shop: Shop) -> None:
    for names, did in ((("raw", "a"), "ran"), (("a", "raw"), "ran"), (("raw", "a"), "ran")):
        inputs = {name: "raw" if name == "raw" else "params:digits" for name in names}
        shop.replaced["clean"] = Node(keywords, inputs, "prices", name="clean")
        shop.replaced["train"] = Node(as_text, "prices", "fitted", name="train")
        shop.replaced["report"] = Node(as_text, "fitted", "report", name="report")
        assert shop.run()["clean"] == did
        assert f'"{names[0]}",' in "".join(
            (shop.root / "data" / "prices.json").read_text().split("\n")
        )
    shop.replaced["clean"] = Node(
        plain, {"raw": "raw", "digits": "params:digits"}, "prices", name="clean"
    )
    shop.run()
    shop.replaced["clean"] = Node(
        plain, {"digits": "params:digits", "raw": "raw"}, "prices", name="clean"
    )
    assert shop.run()["clean"] == "fresh"


def test_the_order_of_a_parameters_keys_counts_and_is_told(shop: Shop) -> None:
    shop.replaced["clean"] = Node(
        lambda raw, settings: {"order": list(settings)},
        ["raw", "params:digits"],
        "prices",
        name="clean",
    )
    shop.replaced["train"] = Node(as_text, "prices", "fitted", name="train")
    shop.replaced["report"] = Node(as_text, "fitted", "report", name="report")
    shop.parameters["digits"] = {"text": 1, "image": 2}
    shop.run()
    shop.parameters["digits"] = {"image": 2, "text": 1}
    assert shop.plan().verdicts["clean"].reasons == [KeysReordered("digits")]
    assert shop.run()["clean"] == "ran"
