"""The points of a study's grid."""

import pytest
from pydantic import ValidationError

from siger_pipeline.errors import ConfigurationError
from siger_pipeline.studies.config import StudyConfig
from siger_pipeline.studies.grid import Point, full_keys, points


def test_models_by_variants_by_grid_by_seeds() -> None:
    study = StudyConfig(
        models=["siger", "lightgcn"],
        variants={"full": None, "−MP": {"siger": {"lambda_perturbation": 0}}},
        grid={"train.learning_rate": [0.1, 0.01]},
        seeds=[1, 2],
    )
    made = list(points(study))
    assert len(made) == 16
    assert made[0].variant == "full, train.learning_rate=0.1"
    assert dict(made[0].overrides) == {"train.learning_rate": 0.1, "train.seed": 1}
    assert dict(made[5].overrides) == {
        "siger.lambda_perturbation": 0,
        "train.learning_rate": 0.1,
        "train.seed": 2,
    }
    assert [point.model for point in made] == ["siger"] * 8 + ["lightgcn"] * 8


def test_a_study_of_models_alone() -> None:
    (point,) = points(StudyConfig(models=["siger"]))
    assert (point.variant, point.overrides) == ("", ())


@pytest.mark.parametrize(
    "given",
    [
        {"models": []},
        {"models": ["siger"], "seeds": []},
        {"models": ["siger"], "variants": {}},
        {"models": ["siger"], "grid": {"siger.beta": []}},
    ],
)
def test_an_empty_grid(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        StudyConfig.model_validate(given)


KNOWN = ({"beta"}, {"seed", "learning_rate"})


@pytest.mark.parametrize(
    ("variant", "grid", "key"),
    [
        ({"train.seed": 3}, {}, "train.seed"),
        ({"seed": 3}, {}, "train.seed"),
        ({"siger.beta": 1}, {"beta": [1]}, "siger.beta"),
    ],
)
def test_a_parameter_that_is_set_twice(
    variant: dict[str, object], grid: dict[str, list[object]], key: str
) -> None:
    more = {"grid": grid} if grid else {}
    study = StudyConfig(models=["siger"], variants={"one": variant}, seeds=[1], **more)
    (point,) = points(study)
    with pytest.raises(ConfigurationError, match=f"{key} is set twice"):
        full_keys(point, *KNOWN)


def test_keys_without_their_block() -> None:
    keys = ("beta", "seed", "split.seed")
    point = Point("siger", "", tuple((key, 1) for key in keys))
    assert list(full_keys(point, *KNOWN)) == ["siger.beta", "train.seed", "split.seed"]
