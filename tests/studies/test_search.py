"""What a sweep asks for, and what is wrong with it in a sentence."""

import pytest
from pydantic import ValidationError

from siger_pipeline.studies.search import Range, SearchConfig

NAN = float("nan")


def test_what_is_left_out_has_a_default() -> None:
    found = SearchConfig.model_validate({"budget": 3})
    assert (found.space, found.sampler, found.pruner, found.storage) == (
        *("published", "tpe", "median", None),
    )


def test_a_space_is_lists_and_ranges() -> None:
    given = {"beta": [0.1, None], "layers": {"low": 1, "high": 4}}
    space = SearchConfig.model_validate({"budget": 3, "space": given}).space
    assert space == {"beta": [0.1, None], "layers": Range(low=1, high=4)}


def test_what_points_follow_from_is_neither_budget_nor_storage() -> None:
    small = SearchConfig(budget=1, pruner="none", storage="sqlite:////a", warmup=3)
    large = SearchConfig(budget=9, pruner="none", startup=7)
    assert (
        small.asked()
        == large.asked()
        == {**{"space": "published", "sampler": "tpe", "seed": 0, "pruner": "none"}}
    )
    assert SearchConfig(budget=1, warmup=3).asked() != SearchConfig(budget=1).asked()
    assert SearchConfig(budget=1, seed=1).asked() != SearchConfig(budget=1).asked()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"budget": 0}, "greater than or equal to 1"),
        ({"budget": True}, "valid integer"),
        ({}, "Field required"),
        ({"budget": 1, "space": {}}, "wanted is published, or one parameter or more"),
        ({"budget": 1, "space": "mine"}, "wanted is published"),
        ({"budget": 1, "space": {"beta": []}}, "beta has []: wanted is a list of values"),
        ({"budget": 1, "space": {"beta": 3}}, "beta has 3: wanted is a list of values"),
        ({"budget": 1, "space": {"beta": {"low": 1}}}, "beta.high: Field required"),
        ({"budget": 1, "space": {"beta": {"low": 1, "high": 1}}}, "low = 1 must be below high"),
        (
            {"budget": 1, "space": {"beta": {"low": 0, "high": 1, "log": True}}},
            "log needs a low above 0",
        ),
        (
            {"budget": 1, "space": {"beta": {"low": 1, "high": 9, "log": True, "step": 2}}},
            "log and step exclude each other",
        ),
        (
            {"budget": 1, "space": {"beta": {"low": 1, "high": 9, "step": 0.5}}},
            "step = 0.5 of whole numbers",
        ),
        ({"budget": 1, "space": {"beta": {"lo": 1, "high": 9}}}, "beta.lo: there are low, high"),
        ({"budget": 1, "space": {"beta": {"low": NAN, "high": 9}}}, "beta.low: a finite number"),
        ({"budget": 1, "space": {"beta": {"low": 1, "high": 1e999}}}, "beta.high: a finite num"),
        ({"budget": 1, "space": {"beta": {"low": True, "high": 9}}}, "beta.low: a finite number"),
        (
            {"budget": 1, "space": {"beta": {"low": 0.1, "high": 0.4, "step": 0.5}}},
            "step = 0.5 leads from low = 0.1 beyond 0.4",
        ),
        ({"budget": 1, "storage": ""}, "a URL is wanted"),
        ({"budget": 1, "storage": "points.db"}, "a URL is wanted"),
        ({"budget": 1, "storage": "sqlite:///points.db"}, "a path from the root is wanted"),
        ({"budget": 1, "storage": "sqlite://"}, "a database in memory"),
        ({"budget": 1, "storage": "sqlite:///:memory:"}, "a database in memory"),
        ({"budget": 1, "sampler": "genetic"}, "'tpe', 'random' or 'grid'"),
        ({"budget": 1, "pruner": "hyperband"}, "'median' or 'none'"),
    ],
)
def test_what_cannot_be_searched(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError) as error:
        SearchConfig.model_validate(given)
    assert words in error.value.errors()[0]["msg"]
