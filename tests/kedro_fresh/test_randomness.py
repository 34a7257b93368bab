"""Random numbers that are drawn without a seed from generators that can be watched."""

import random
import sys
from types import ModuleType

import numpy as np
import pytest
import torch

from kedro_fresh.randomness import watched_generators
from shop_project import Shop

ALL_FRESH = {"clean": "fresh", "train": "fresh", "report": "fresh"}


def drawing(shop: Shop, line: str) -> None:
    shop.edit("prices.py", "    return", f"    {line}\n    return")


@pytest.mark.parametrize(
    ("line", "generator"),
    [
        ("import random; random.random()", "random"),
        ("from random import choice as c; c([1])", "random"),
        ("import random as r; r.seed(); r.random()", "random"),
        ("import random as r; r.random(); r.seed(3)", "random"),
        ("import numpy; numpy.random.rand()", "numpy.random"),
        ("import numpy as np; np.random.seed(None); np.random.shuffle([1, 2])", "numpy.random"),
        ("getattr(__import__('numpy'), 'random').rand()", "numpy.random"),
        ("import torch; torch.rand(1)", "torch"),
        ("import torch; torch.nn.Linear(1, 1)", "torch"),
        ("import torch, random; random.seed(3); torch.rand(1)", "torch"),
    ],
)
def test_drawing_from_a_global_generator_runs_each_time_and_is_told(
    shop: Shop, line: str, generator: str
) -> None:
    drawing(shop, line)
    shop.run()
    told = f"clean: it drew random numbers without a seed (from {generator})"
    assert any(message.startswith(told) for message in shop.caplog.messages)
    assert shop.run() == {"clean": "ran", "train": "fresh", "report": "fresh"}


@pytest.mark.parametrize(
    "line",
    [
        "import random; random.seed(3); random.random()",
        "import random; random.Random(3).random()",
        "import numpy; numpy.random.seed(3); numpy.random.rand()",
        "import numpy; numpy.random.default_rng(3).random()",
        "import torch; torch.manual_seed(3); torch.rand(1)",
        "import torch; torch.random.manual_seed(seed=3); torch.rand(1)",
        "import torch; torch.rand(1, generator=torch.Generator().manual_seed(3))",
        "import random; s = random.getstate(); random.random(); random.setstate(s)",
    ],
)
def test_drawing_with_a_seed_is_cached(shop: Shop, line: str) -> None:
    drawing(shop, line)
    shop.run()
    assert shop.run() == ALL_FRESH


def test_what_a_library_draws_when_it_is_imported_is_not_the_nodes(shop: Shop) -> None:
    shop.write("../drawing_when_imported.py", "import random\nrandom.random()\n")
    drawing(shop, "import drawing_when_imported")
    shop.run()
    assert shop.run() == ALL_FRESH


def test_the_functions_that_seed_are_themselves_again_afterwards() -> None:
    functions = random.seed, np.random.seed, torch.manual_seed, torch.random.manual_seed
    with pytest.raises(KeyError), watched_generators(["numpy", "torch.nn"]):
        assert random.seed is not functions[0]
        raise KeyError
    now = random.seed, np.random.seed, torch.manual_seed, torch.random.manual_seed
    assert now == functions


@pytest.mark.parametrize(("imports", "unseeded"), [(["numpy"], []), (["random"], ["random"])])
def test_other_threads_of_a_dask_worker_draw_from_random(
    monkeypatch: pytest.MonkeyPatch, imports: list[str], unseeded: list[str]
) -> None:
    monkeypatch.delitem(sys.modules, "distributed.worker", raising=False)  # of an earlier test
    with watched_generators(imports) as alone:
        random.random()
    monkeypatch.setitem(sys.modules, "distributed.worker", ModuleType("worker"))
    with watched_generators(imports) as on_a_worker:
        random.random()
    assert alone == ["random"]
    assert on_a_worker == unseeded
