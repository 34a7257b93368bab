"""Hashed words against a loop, and what items without words get."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.utils import murmurhash3_32

from siger_pipeline.features.extractors.hashing import Config, hashed


def loop(text: str, dimension: int) -> np.ndarray:
    words = [word for word in text.lower().split() if len(word) > 1]
    words += [f"{first} {second}" for first, second in pairwise(words)]
    row = np.zeros(dimension)
    for word in set(words):
        number = murmurhash3_32(word, seed=0)
        sign = 1 if number >= 0 else -1
        row[abs(number) % dimension] += sign * (1 + np.log(words.count(word)))
    return row / np.linalg.norm(row) if row.any() else row


def test_each_row_is_that_of_a_loop() -> None:
    texts = ["red socks red", "Blue hat", "", "a knife for the red hat"]
    features, missing = hashed(texts, Config(dimension=64))
    assert missing.tolist() == [False, False, True, False]
    expected = np.stack([loop(text, 64) for text in texts])
    assert features == pytest.approx(expected, abs=1e-6)


def test_a_row_depends_on_its_own_text_alone() -> None:
    alone, _ = hashed(["red socks"], Config())
    among, _ = hashed(["blue hat", "red socks"], Config())
    assert alone.dtype == np.float32
    assert np.array_equal(alone[0], among[1])
