"""Row n is item n."""

from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest

from siger_pipeline.errors import InputError, ParameterError
from siger_pipeline.features.align import (
    align_items,
    index_frame,
    require_features,
    with_missing,
)


def index_of(names: list[str], ids: list[int] | None = None) -> ibis.Table:
    return ibis.memtable(
        pd.DataFrame(
            {
                "item_id": np.array(range(len(names)) if ids is None else ids, dtype=np.int32),
                "item": names,
                "row": np.arange(len(names)),
            }
        )
    )


def items_of(names: list[str]) -> ibis.Table:
    titles = [f"title of {name}" for name in names]
    return ibis.memtable(pd.DataFrame({"item": names, "title": titles, "row": 7}))


def test_rows_follow_the_item_ids_and_unknown_items_are_null() -> None:
    index = index_of(["c", "a", "b"], ids=[2, 0, 1])
    aligned = align_items(items_of(["x", "c", "a"]), index)
    assert aligned["item"].tolist() == ["a", "b", "c"]
    assert aligned["item_id"].tolist() == [0, 1, 2]
    assert aligned["title"].fillna("-").tolist() == ["title of a", "-", "title of c"]
    assert "row" not in aligned


@pytest.mark.parametrize("ids", [[0, 2], [1, 2], [0, 0], [-1, 0]])
def test_ids_with_gaps_are_refused(ids: list[int]) -> None:
    with pytest.raises(InputError, match=r"item_index has item_id .* is wanted"):
        index_frame(index_of(["a", "b"], ids))


def test_an_item_twice_is_refused() -> None:
    with pytest.raises(InputError, match="'a' more than once"):
        align_items(items_of(["a", "b", "a"]), index_of(["a", "b"]))
    assert len(align_items(items_of(["x", "a", "x"]), index_of(["a"]))) == 1


def test_zero_rows_are_missing() -> None:
    features = np.array([[0, 1], [0, 0], [-1, 1]], dtype=np.float32)
    assert with_missing(features)[1].tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("features", "missing", "words"),
    [
        (np.ones((2, 3), np.float32), [False] * 2, r"float32 and shape \(2, 3\).*float32 \(3, d\)"),
        (np.ones((3, 3)), [False] * 3, r"type float64 and shape \(3, 3\)"),
        (np.ones((3, 3), np.float32), [False, False, True], "not that of the zero rows"),
        (np.full((3, 1), np.nan, np.float32), [False] * 3, "not finite"),
    ],
    ids=["rows", "type", "mask", "finite"],
)
def test_features_that_are_not_those_of_all_items_are_refused(
    features: Any, missing: list[bool], words: str
) -> None:
    with pytest.raises(ParameterError, match=f"extractor 'letters' returned .*{words}"):
        require_features(features, np.array(missing), 3, "letters")
    require_features(np.eye(3, dtype=np.float32), np.zeros(3, bool), 3, "letters")
