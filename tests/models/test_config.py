"""The base of models' hyperparameters."""

import pytest
from pydantic import Field, ValidationError

from siger_pipeline.models.config import ModelConfig


class Weighted(ModelConfig):
    """A weight for each modality, as FREEDOM's."""

    recommender = "Weighted"

    weights: dict[str, float] = Field({"image": 0.1, "text": 0.9}, description="of modalities")
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
