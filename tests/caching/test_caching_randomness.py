"""Randomness without a seed is never cached."""

import ast

import pytest

from caching.shop import Shop
from siger_pipeline.caching.randomness import unseeded_calls

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


@pytest.mark.parametrize(
    ("text", "unseeded"),
    [
        ("import random as r\nr.random()", ["line 2: r.random()"]),
        ("from random import random\nrandom()", ["line 2: random()"]),
        ("from random import choice as c\nc([1])", ["line 2: c()"]),
        ("from uuid import uuid4\nuuid4()", ["line 2: uuid4()"]),
        ("from os import urandom as u\nu(3)", ["line 2: u()"]),
        ("from secrets import token_hex\ntoken_hex()", ["line 2: token_hex()"]),
        ("from numpy.random import default_rng as d\nd()", ["line 2: d()"]),
        (
            "def f():\n    import random as r\n    r.random()\ndef g():\n    import numpy as r",
            ["line 3: r.random()"],
        ),
        ("from numpy.random import default_rng as d\nd(3)", []),
        ("from . import random\nrandom.random()", []),
        ("import random as r\nr.seed(3)\nr.random()", []),
        ("import random as r\nr.seed()\nr.random()", ["line 3: r.random()"]),
        ("import numpy as random\nrandom.seed(3)\nimport random\nrandom.random()", []),
    ],
)
def test_names_are_those_of_the_imports(text: str, unseeded: list[str]) -> None:
    assert unseeded_calls(ast.parse(text))[0] == unseeded


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("import random\nrandom.seed(3)", ["random"]),
        ("from random import seed as s\ns(3)", ["random"]),
        ("import numpy as np\nnp.random.seed(3)", ["numpy.random"]),
        ("from numpy import random\nrandom.seed(3)", ["numpy.random"]),
        ("import torch as t, random\nt.manual_seed(3)\nrandom.seed(3)", ["random", "torch"]),
        ("import numpy\nnumpy.random.seed(None)", []),
        ("import numpy\nnumpy.random.rand()", []),
    ],
)
def test_the_generators_that_are_seeded_are_named(text: str, seeds: list[str]) -> None:
    assert unseeded_calls(ast.parse(text))[1] == seeds


def test_a_seed_of_one_generator_excuses_no_other(shop: Shop) -> None:
    line = "import random, numpy; random.seed(3); numpy.random.rand()"
    shop.edit("prices.py", "    return", f"    {line}\n    return")
    shop.run()
    assert any("without a seed (from numpy.random)" in m for m in shop.caplog.messages)
    assert shop.run()["clean"] == "ran"
