"""Values in names: canonical, safe, and different for different values."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siger_pipeline.studies.spelling import SAFE, spelt

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.lists(st.lists(SCALARS, max_size=2)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (0.0, "0"),
        (-0.0, "0"),
        (0.01, "0.01"),
        (1e-5, "1e-05"),
        (1e22, "1e22"),
        (3, "3"),
        (-3, "-3"),
        ("anchor", "anchor"),
        ("recall@20", "recall@20"),
        ([5, 10], "5,10"),
        ([5], "5,"),
        ([], ","),
        ("null", "%6Eull"),
        ("3", "%33"),
        ("", "%"),
        ("a/../b", "a%2F..%2Fb"),
        ("a+b=c", "a%2Bb%3Dc"),
        ({1: "a", "b": 2}, "%7B1%3A%20%27a%27%2C%20%27b%27%3A%202%7D"),
    ],
)
def test_the_spelling_of_a_value(value: Any, text: str) -> None:
    assert spelt(value) == text


def typed(value: Any) -> Any:
    """What counts as the same value: 1 and 1.0 do, 1 and true do not."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return [typed(each) for each in value] if isinstance(value, list) else value


@given(VALUES, VALUES)
def test_different_values_are_spelt_differently(one: Any, other: Any) -> None:
    assert (spelt(one) == spelt(other)) == (typed(one) == typed(other))


@given(VALUES)
def test_a_spelling_is_fit_for_a_file_and_for_a_pattern(value: Any) -> None:
    assert all(SAFE.match(sign) or sign in "%," for sign in spelt(value))
