"""Names of trials: readable, of one folder, and never those of two trials."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siger_pipeline.errors import ParameterError
from siger_pipeline.studies.names import LONGEST, slug, trial_name, varied

KEYS = st.sampled_from(
    [
        *("siger.beta", "siger.contrast", "train.seed", "train.learning_rate", "split.seed"),
        *("split.ratios", "features.modalities.image", "evaluate.ks", "ingest.item_columns.title"),
    ]
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.lists(st.integers(), max_size=30),
)
OVERRIDES = st.dictionaries(KEYS, VALUES, max_size=5)


@pytest.mark.parametrize(
    ("model", "overrides", "name", "short"),
    [
        ("siger", {}, "siger", "siger"),
        (
            "siger",
            {"siger.lambda_perturbation": 0.0},
            "siger+lambda_perturbation=0",
            "siger-lambda_perturbation-0",
        ),
        ("lightgcn", {"train.seed": 3}, "lightgcn+seed=3", "lightgcn-seed-3"),
        (
            "siger",
            {"train.seed": 3, "siger.beta": 0.1, "split.seed": 4},
            "siger+beta=0.1+seed=3+split.seed=4",
            "siger-beta-0-1-seed-3-split-seed-4",
        ),
        (
            "siger",
            {"features.modalities.image": None},
            "siger+features.modalities.image=null",
            "siger-features-modalities-image-null",
        ),
    ],
)
def test_the_name_of_a_trial(model: str, overrides: dict[str, Any], name: str, short: str) -> None:
    assert trial_name(model, overrides) == name
    assert slug(name) == short


@given(OVERRIDES, OVERRIDES)
def test_two_trials_never_share_a_name_or_a_slug(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    same = {k: repr(_plain(v)) for k, v in one.items()} == {
        k: repr(_plain(v)) for k, v in other.items()
    }
    names = [trial_name("siger", overrides) for overrides in (one, other)]
    assert (names[0] == names[1]) == same
    assert (slug(names[0]) == slug(names[1])) == same


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


@given(OVERRIDES)
def test_a_name_is_one_folder_that_no_pattern_reaches_beyond(overrides: dict[str, Any]) -> None:
    name = trial_name("siger", overrides)
    assert len(name) <= LONGEST
    assert re.fullmatch(r"siger[\w@.,%=+~-]*", name, re.ASCII)
    assert re.fullmatch(r"[\w-]+", slug(name), re.ASCII)


def test_a_long_name_has_a_readable_head_and_a_hash() -> None:
    overrides = {f"siger.lambda_{n}": 0.125 for n in range(9)}
    name = trial_name("siger", overrides)
    assert name.startswith("siger+lambda_0=0.125+lambda_1=0.125+")
    assert re.search(r"~[0-9a-f]{10}$", name)
    assert name != trial_name("siger", overrides | {"siger.lambda_8": 0.126})


@pytest.mark.parametrize("model", ["..", ".hidden", "studies", "floors.json"])
def test_a_model_whose_folder_would_be_another(model: str) -> None:
    with pytest.raises(ParameterError, match="give the model another name"):
        trial_name(model, {})


def test_a_model_whose_name_holds_a_path() -> None:
    assert trial_name("a/../b", {}) == "a%2F..%2Fb"


def test_order_and_spelling_of_overrides_change_nothing() -> None:
    assert varied("sample", {"b": 1, "a": 2.0}) == varied("sample", {"a": 2, "b": 1.0})
