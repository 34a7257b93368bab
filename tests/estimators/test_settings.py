"""Settings by name: what counts, and what is refused by one sentence."""

from typing import Any

import pytest

from siger_pipeline import BM3, EASE, SIGER, Popularity, Random
from siger_pipeline.errors import ParameterError
from siger_pipeline.estimators.settings import FitConfig, settings_of
from siger_pipeline.models.registry import model_config, model_names
from siger_pipeline.training.config import TrainConfig


@pytest.mark.parametrize("model", model_names())
def test_without_a_setting_the_published_one_counts_then_the_default(model: str) -> None:
    settings = settings_of(model, {})
    assert settings.config == model_config(model)()
    assert settings.train == TrainConfig(**model_config(model).published)
    assert settings.fit == FitConfig()


def test_a_given_setting_goes_first() -> None:
    settings = settings_of("bm3", {"seed": 5, "dimension": 8, "missing": "mean", "threads": 2})
    assert (settings.train.seed, settings.config.model_dump()["dimension"]) == (5, 8)
    assert (settings.fit.missing, settings.fit.threads) == ("mean", 2)


def test_scikit_learn_can_ask_for_them_and_change_them() -> None:
    first = SIGER(beta=0.2, seed=4)
    asked = first.get_params()
    assert (asked["beta"], asked["seed"], asked["batch_size"]) == (0.2, 4, 2048)
    second = SIGER(**asked)
    assert all(second.get_params()[name] is value for name, value in asked.items())
    assert first.set_params(beta=0.4) is first
    assert (first.get_params()["beta"], repr(first)) == (0.4, "SIGER(beta=0.4, seed=4)")
    with pytest.raises(ParameterError, match="betta"):
        first.set_params(betta=1)
    assert repr(first) == "SIGER(beta=0.4, seed=4)"


@pytest.mark.slow  # for the import; the test above says what clone does
def test_scikit_learns_clone_makes_an_equal_one() -> None:
    from sklearn.base import clone

    assert clone(SIGER(beta=0.2)).get_params() == SIGER(beta=0.2).get_params()


def test_a_model_that_is_computed_at_once_has_few() -> None:
    assert list(Popularity().get_params()) == ["device", "threads", "missing"]
    assert list(Random().get_params()) == ["seed", "device", "threads", "missing"]


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (SIGER, {"betta": 0.2}, r"SIGER\(betta=…\): no such setting; did you mean 'beta'\? its"),
    (SIGER, {"beta": 2}, r"SIGER\(beta=2\): Input should be less than or equal to 1"),
    (SIGER, {"max_epochs": 0}, r"SIGER\(max_epochs=0\): Input should be greater"),
    (SIGER, {"device": "tpu"}, r"SIGER\(device='tpu'\): Input should be 'auto', 'cpu' or 'cuda'"),
    (SIGER, {"patience": 1, "evaluate_every": 2}, r"SIGER\(…\): patience is 1 epochs, but"),
    (SIGER, {"threads": 0}, r"SIGER\(threads=0\): must be auto or a whole number from 1"),
    (SIGER, {"max_epochs": True}, r"SIGER\(max_epochs=True\): a number is wanted"),
    (BM3, {"missing": "none"}, r"BM3\(missing='none'\): Input should be 'zero', 'mean' or"),
    (EASE, {"max_epochs": 3}, r"EASE\(max_epochs=…\): it is computed at once and reads no max"),
]


@pytest.mark.parametrize(("estimator", "settings", "sentence"), REFUSED)
def test_what_cannot_be_is_refused(estimator: Any, settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence) as caught:
        estimator(**settings)
    assert "\n" not in str(caught.value)
