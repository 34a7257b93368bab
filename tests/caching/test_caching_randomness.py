"""Randomness without a seed is never cached."""

import pytest

from caching.shop import Shop

ALL_FRESH = {"clean": "fresh", "train": "fresh", "report": "fresh"}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("import random; price += random.random() * 0", "shop.prices, line 2: random.random()"),
        ("import numpy; price += numpy.random.rand() * 0", "(from numpy.random)"),
        (
            "import numpy; price += numpy.random.default_rng().random() * 0",
            "numpy.random.default_rng()",
        ),
        ("import uuid; uuid.uuid4()", "uuid.uuid4()"),
    ],
)
def test_randomness_without_a_seed_runs_each_time_and_is_named(
    shop: Shop, line: str, sentence: str
) -> None:
    shop.edit("prices.py", "    return", f"    {line}\n    return")
    shop.run()
    assert any("without a seed" in m and sentence in m for m in shop.caplog.messages)
    assert shop.run() == {"clean": "ran", "train": "fresh", "report": "fresh"}


def test_randomness_with_a_seed_is_cached(shop: Shop) -> None:
    shop.edit(
        "prices.py", "    return", "    import random; random.seed(3); random.random()\n    return"
    )
    shop.edit("words.py", "    return", "    import random; random.Random(3).random()\n    return")
    shop.run()
    assert shop.run() == ALL_FRESH
