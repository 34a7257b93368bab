from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from siger_pipeline.data.config import (
    IngestConfig,
    Source,
    SplitConfig,
    Strategy,
    check_together,
)
from siger_pipeline.errors import ParameterError

INGEST: dict[str, Any] = {
    "source": "amazon",
    "k_core": 5,
    "max_bad_share": 0.01,
    "item_columns": {"item": "asin"},
}
SPLIT: dict[str, Any] = {
    "strategy": "random_per_user",
    "ratios": [0.8, 0.1, 0.1],
    "seed": 999,
    "untrained_users": "leave",
}


def test_parameters_are_read_with_their_types() -> None:
    assert IngestConfig(**INGEST).source is Source.AMAZON
    assert SplitConfig(**SPLIT).ratios == (0.8, 0.1, 0.1)


@pytest.mark.parametrize(
    ("model", "values", "key", "value"),
    [
        (IngestConfig, INGEST, "source", "amazone"),
        (IngestConfig, INGEST, "k_core", 0),
        (IngestConfig, INGEST, "max_bad_share", 1.5),
        (IngestConfig, INGEST, "max_bad_share", -0.1),
        (IngestConfig, INGEST, "k_cores", 5),
        (IngestConfig, INGEST, "item_columns", {"title": "keywords"}),
        (IngestConfig, INGEST, "item_columns", {"item": "asin", "colour": "hue"}),
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


@pytest.mark.parametrize(
    ("source", "strategy", "words"),
    [
        (Source.AMAZON, Strategy.PUBLISHED, "only mmrec files hold a split"),
        (Source.MICROLENS, Strategy.PUBLISHED, "only mmrec files hold a split"),
        (Source.MICROLENS, Strategy.TEMPORAL_GLOBAL, "no times to compare users by"),
    ],
)
def test_a_split_that_the_source_cannot_give_is_refused(
    source: Source, strategy: Strategy, words: str
) -> None:
    ingest = IngestConfig(**{**INGEST, "source": source})
    with pytest.raises(ParameterError, match=words) as error:
        check_together(ingest, SplitConfig(**{**SPLIT, "strategy": strategy}))
    assert strategy.value in str(error.value) and source.value in str(error.value)


@pytest.mark.parametrize("source", Source)
def test_every_source_can_be_split_at_random(source: Source) -> None:
    check_together(IngestConfig(**{**INGEST, "source": source}), SplitConfig(**SPLIT))
