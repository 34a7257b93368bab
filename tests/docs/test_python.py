"""`docs/python.md` and the example of `Estimator` run as they stand."""

import doctest
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from end_to_end.project import ROOT
from siger_pipeline.estimators import estimator

SNIPPET = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the examples read, in which this process is."""
    draw = np.random.default_rng(0)
    people, items = ["ann", "bob", "eve", "kim"], [f"b{n}" for n in range(12)]
    pairs = [(user, item) for user in people for item in items if draw.random() < 0.6]
    table = pd.DataFrame(pairs, columns=["user", "item"]).assign(time=range(len(pairs)))
    table.to_csv(tmp_path / "ratings.csv", index=False)
    vectors = pd.DataFrame(draw.normal(size=(12, 5)), index=pd.Index(items, name="item"))
    vectors.to_csv(tmp_path / "vectors.csv")
    pd.DataFrame({"item": items, "title": "a book"}).to_csv(tmp_path / "titles.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples_run_one_after_the_other(shop: Path) -> None:
    names: dict[str, Any] = {}
    snippets = SNIPPET.findall((ROOT / "docs" / "python.md").read_text())
    assert len(snippets) == 5
    for snippet in snippets:
        exec(snippet, names)
    assert names["lightgcn"].get_params()["batch_size"] == 2048
    assert names["siger"].recommend("ann", k=3).columns.tolist() == [
        *("user", "item", "title", "rank", "score")
    ]
    assert set(names["ease"].evaluate(names["held_out"])) >= {"recall@10", "ndcg@20"}
    assert (shop / "ease" / "recommender.json").exists()
    assert names["lightgcn"].recommend("ann")["title"].eq("a book").all()


def test_the_example_of_the_class_runs() -> None:
    found = doctest.testmod(estimator)
    assert found.attempted == 4
    assert found.failed == 0
