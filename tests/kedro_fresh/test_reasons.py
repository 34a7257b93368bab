"""The texts of reasons, and which of them wait for another node."""

from typing import Any

import pytest
from kedro.pipeline import Node

from kedro_fresh.ingredients import Ingredients
from kedro_fresh.reasons import (
    Change,
    CodeChanged,
    InputChanged,
    KeysReordered,
    NotPersisted,
    ParameterChanged,
    Reason,
    SettingsChanged,
    Unseeded,
    WiringChanged,
)
from shop_project import KIND, Shop


def ingredients(**parts: Any) -> Ingredients:
    empty: dict[str, Any] = {"code": {}, "wiring": {}, "parameters": {}, "inputs": {}}
    return Ingredients(**{**empty, "settings": {}, **parts})


@pytest.mark.parametrize(
    ("kind", "before", "after", "reasons", "text"),
    [
        (
            "parameters",
            {"params:siger": {"lambda": 0.01, "beta": 0.3}},
            {"params:siger": {"lambda": 0.02, "beta": 0.3}},
            [ParameterChanged("siger.lambda", Change.CHANGED, 0.01, 0.02)],
            "siger.lambda changed 0.01 → 0.02",
        ),
        (
            "parameters",
            {},
            {"params:rate": None},
            [ParameterChanged("rate", Change.NEW)],
            "rate is new: None",
        ),
        (
            "parameters",
            {"params:rate": 1},
            {},
            [ParameterChanged("rate", Change.GONE, 1)],
            "rate is gone, it was 1",
        ),
        (
            "parameters",
            {"params:k": {"a": 1, "b": 2}},
            {"params:k": {"b": 2, "a": 1}},
            [KeysReordered("k")],
            "order of the keys of k changed",
        ),
        (
            "code",
            {"a": "1", "b": "2"},
            {"c": "3", "b": "4"},
            [
                CodeChanged("c", Change.NEW),
                CodeChanged("b"),
                CodeChanged("a", Change.GONE),
            ],
            "code of c is new",
        ),
        (
            "inputs",
            {"raw": "1"},
            {"raw": "absent"},
            [InputChanged("raw", "data/raw.json", Change.ABSENT)],
            "content of raw (data/raw.json) is not there",
        ),
        (
            "settings",
            {"raw": {"type": "a"}},
            {"raw": {"type": "b"}},
            [SettingsChanged("raw")],
            "catalog entry of raw changed",
        ),
        ("wiring", {"inputs": []}, {"inputs": ["a"]}, [WiringChanged()], "its wiring changed"),
    ],
)
def test_each_difference_has_its_reason(
    kind: str, before: Any, after: Any, reasons: list[Reason], text: str
) -> None:
    found = ingredients(**{kind: after}).differences(
        ingredients(**{kind: before}), {"raw": "data/raw.json"}
    )
    assert found == reasons
    assert str(found[0]) == text


def test_texts_of_what_cannot_be_known() -> None:
    told = "it draws random numbers without a seed (from random, torch)"
    assert str(Unseeded(("random", "torch"))) == told
    assert str(NotPersisted("prices")) == "prices is not persisted by the catalog"
    told = "prices (s3://b/p) is not a file or folder on a local disk"
    assert str(NotPersisted("prices", "s3://b/p")) == told


def compare(prices: Any, more: Any) -> Any:
    return [prices, more]


def test_an_input_that_is_made_anew_is_no_reason_yet_and_one_whose_name_begins_alike_is(
    shop: Shop,
) -> None:
    shop.catalog_text += f"prices_long: {{type: {KIND}, filepath: data/long.json}}\n"
    shop.catalog_text += f"compared: {{type: {KIND}, filepath: data/compared.json}}\n"
    (shop.root / "data" / "long.json").write_text("[1]")
    shop.replaced["compare"] = Node(compare, ["prices", "prices_long"], "compared", name="compare")
    shop.run()
    shop.parameters["digits"] = 0
    (shop.root / "data" / "prices.json").write_text("{}")
    assert shop.plan().verdicts["compare"].state == "fresh"  # it waits for what `clean` makes
    (shop.root / "data" / "long.json").write_text("[2]")
    verdict = shop.plan().verdicts["compare"]
    assert verdict.reasons == [InputChanged("prices_long", "data/long.json")]
    assert verdict.state == "stale"
