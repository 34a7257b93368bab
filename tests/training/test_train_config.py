"""Settings of a training: the schedule, when it validates, and which of several settings counts."""

import pytest
from pydantic import ValidationError

from contracts.world import train_config
from siger_pipeline.training.config import merged_settings


def test_the_schedule_is_c_to_the_epochs_over_n() -> None:
    config = train_config(decay=0.96, decay_epochs=50)
    factors = [config.rate_factor(epoch) for epoch in (1, 2, 51, 101)]
    assert factors == pytest.approx([1.0, 0.96 ** (1 / 50), 0.96, 0.96**2])


def test_without_decay_the_rate_is_untouched() -> None:
    assert {train_config().rate_factor(epoch) for epoch in (1, 2, 1000)} == {1.0}


def test_the_schedule_stops_before_the_least_rate() -> None:
    config = train_config(learning_rate=1.0, decay=0.5, least_learning_rate=0.2)
    assert [config.rate_factor(epoch) for epoch in (1, 2, 3, 4, 50)] == [1, 0.5, 0.25, 0.25, 0.25]
    exact = train_config(learning_rate=1.0, decay=0.5, least_learning_rate=0.25)
    assert exact.rate_factor(9) == 0.25
    above = train_config(learning_rate=0.1, decay=0.5, least_learning_rate=0.2)
    assert above.rate_factor(9) == 1.0


def test_each_nth_epoch_and_the_last_one_are_validated() -> None:
    config = train_config(evaluate_every=3, max_epochs=8)
    assert [epoch for epoch in range(1, 9) if config.validates(epoch)] == [3, 6, 8]


def test_a_patience_shorter_than_the_wait_for_a_validation_is_refused() -> None:
    with pytest.raises(ValidationError, match="raise patience or lower evaluate_every"):
        train_config(patience=19, evaluate_every=20)
    assert train_config(patience=20, evaluate_every=20)


def test_the_last_layer_that_has_a_setting_counts() -> None:
    defaults = {"seed": 0, "patience": 1, "batch_size": 1, "decay": 1}
    published, of_model = (
        {"patience": 2, "batch_size": 2, "decay": 2},
        {"batch_size": 3, "decay": 3},
    )
    merged = merged_settings(defaults, published, of_model, {"decay": 4})
    assert merged == {"seed": 0, "patience": 2, "batch_size": 3, "decay": 4}
