"""The base of models' hyperparameters."""

import pytest
from pydantic import Field, ValidationError

from siger_pipeline.errors import ParameterError
from siger_pipeline.models.config import ByModality, ModelConfig


class Weighted(ModelConfig):
    """A weight for each modality, as FREEDOM's."""

    recommender = "Weighted"

    weights: ByModality[float] = Field({"image": 0.1, "text": 0.9}, description="of modalities")
    layers: int = Field(2, description="of propagation")


def test_a_mapping_is_overridden_key_by_key() -> None:
    assert Weighted(weights={"image": 0.2}).weights == {"image": 0.2, "text": 0.9}
    assert Weighted(weights={"audio": 0.5}).weights == {"image": 0.1, "text": 0.9, "audio": 0.5}
    assert Weighted().weights == {"image": 0.1, "text": 0.9}


def test_the_values_of_a_checkpoint_give_the_same_configuration() -> None:
    config = Weighted(weights={"image": 0.2}, layers=3)
    assert Weighted(**config.model_dump(mode="json")) == config


@pytest.mark.parametrize("given", [{"layers": {"image": 1}}, {"weights": 1.0}, None, "high"])
def test_what_is_no_mapping_stays_as_it_is_and_is_refused(given: object) -> None:
    with pytest.raises(ValidationError):
        Weighted.model_validate(given)


@pytest.mark.parametrize(
    ("weights", "known"),
    [
        ({"txet": 1.0}, {"image", "text"}),
        ({"audio": 0.0}, {"image"}),
        ({"text": 0.8}, {"image"}),  # no longer the default's, and without effect
        ({"image": 1.0}, set()),
    ],
)
def test_a_key_that_is_no_modality_is_one_sentence(
    weights: dict[str, float], known: set[str]
) -> None:
    (key,) = weights
    there = ", ".join(sorted(known)) or "none"
    wanted = f"weighted.weights names '{key}', and features.modalities has {there}: name one of th"
    with pytest.raises(ParameterError, match=wanted):
        Weighted(weights=weights).check_modalities("weighted", known)


@pytest.mark.parametrize("known", [{"image", "text"}, {"text"}, set(), {"audio", "text"}])
def test_keys_of_a_default_and_of_modalities_stay(known: set[str]) -> None:
    Weighted().check_modalities("weighted", known)
    Weighted(weights=dict.fromkeys(known, 0.5)).check_modalities("weighted", known)
