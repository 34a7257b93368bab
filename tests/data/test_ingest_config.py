from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from siger_pipeline.data.config import (
    IngestConfig,
    SplitConfig,
    Strategy,
    check_together,
    ingest_model,
)
from siger_pipeline.errors import ParameterError
from siger_pipeline.plugins import SOURCES, names

INGEST: dict[str, Any] = {"source": "amazon", "k_core": 5, "max_bad_share": 0.01}
OPTIONAL = {"min_rating", "since", "until", "kcore_on", "engine", "expect"}
SPLIT: dict[str, Any] = {
    "strategy": "random_per_user",
    "ratios": [0.8, 0.1, 0.1],
    "seed": 999,
    "untrained_users": "leave",
}


def checked(**changes: Any) -> Any:
    values = {**INGEST, **changes}
    return ingest_model(values).model_validate(values)


def test_parameters_are_read_with_their_types() -> None:
    assert IngestConfig(**INGEST).source == "amazon"
    assert SplitConfig(**SPLIT).ratios == (0.8, 0.1, 0.1)


@pytest.mark.parametrize(
    ("model", "values", "key", "value"),
    [
        (IngestConfig, INGEST, "k_core", 0),
        (IngestConfig, INGEST, "max_bad_share", 1.5),
        (IngestConfig, INGEST, "max_bad_share", -0.1),
        (IngestConfig, INGEST, "k_cores", 5),
        (SplitConfig, SPLIT, "strategy", "random"),
        (SplitConfig, SPLIT, "ratios", [0.8, 0.1]),
        (SplitConfig, SPLIT, "ratios", [0.8, 0.1, 0.2]),
        (SplitConfig, SPLIT, "ratios", [1.1, -0.2, 0.1]),
        (SplitConfig, SPLIT, "ratios", [0.0, 0.5, 0.5]),
        (SplitConfig, SPLIT, "untrained_users", "drop"),
        (SplitConfig, SPLIT, "seeds", 1),
    ],
)
def test_impossible_values_and_unknown_keys_are_refused(
    model: type[BaseModel], values: dict[str, Any], key: str, value: object
) -> None:
    with pytest.raises(ValidationError, match=key):
        model(**{**values, key: value})


@pytest.mark.parametrize("source", ["amazone", None, ["amazon"]])
def test_a_source_that_does_not_exist_is_refused(source: object) -> None:
    with pytest.raises(ValidationError) as caught:
        checked(source=source)
    assert [error["loc"] for error in caught.value.errors()] == [("source",)]
    if source == "amazone":
        words = "no such source; did you mean 'amazon'? known are amazon, microlens, mmrec, recbole"
        assert words in str(caught.value)


def test_a_source_brings_its_own_block_which_may_be_left_out() -> None:
    assert set(ingest_model(INGEST).model_fields) == {*INGEST, *OPTIONAL, "amazon"}
    assert checked().amazon.reviews == "reviews.json.gz"
    config = checked(amazon={"reviews": "Gift_Cards_5.json.gz"}).amazon
    assert (config.reviews, config.metadata) == ("Gift_Cards_5.json.gz", "metadata.json.gz")


def test_the_block_of_a_source_that_is_not_chosen_is_judged_as_well() -> None:
    with pytest.raises(ValidationError, match=r"mmrec\.item_fil\b"):
        checked(mmrec={"item_fil": "a.csv"})


def test_other_sources_leave_no_trace_in_the_parameters() -> None:
    assert set(checked().model_dump()) == {*INGEST, *OPTIONAL, "amazon"}


@pytest.mark.parametrize("columns", [{"title": "keywords"}, {"item": "asin", "colour": "hue"}, {}])
def test_columns_of_the_item_file_are_named_by_ours(columns: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="item_columns must name the file's column of 'item'"):
        checked(source="mmrec", mmrec={"item_columns": columns})


def test_a_misspelt_column_of_the_item_file_gets_a_suggestion() -> None:
    columns = {"item": "asin", "titel": "name"}
    with pytest.raises(ValidationError, match="did you mean 'title'"):
        checked(source="mmrec", mmrec={"item_columns": columns})


@pytest.mark.parametrize(
    ("source", "strategy", "words"),
    [
        (
            "amazon",
            Strategy.PUBLISHED,
            r"its files hold no split \(those of amazon, mmrec, recbole, tables may\)",
        ),
        ("tables", Strategy.PUBLISHED, "name what holds it in ingest.tables"),
        ("microlens", Strategy.PUBLISHED, "its files hold no split"),
        ("microlens", Strategy.TEMPORAL_GLOBAL, "no times to compare users by"),
    ],
)
def test_a_split_that_the_source_cannot_give_is_refused(
    source: str, strategy: Strategy, words: str
) -> None:
    with pytest.raises(ParameterError, match=words) as error:
        check_together(checked(source=source), SplitConfig(**{**SPLIT, "strategy": strategy}))
    assert strategy.value in str(error.value) and source in str(error.value)


@pytest.mark.parametrize("source", names(SOURCES))
def test_every_source_can_be_split_at_random(source: str) -> None:
    check_together(checked(source=source), SplitConfig(**SPLIT))
