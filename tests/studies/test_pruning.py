"""Which trainings of a sweep are broken off."""

from hypothesis import given
from hypothesis import strategies as st

from siger_pipeline.studies.pruning import Finished, is_below_median

STOPPED = Finished({1: 0.067, 2: 0.05, 3: 0.05}, 0.067)  # early, and badly
LONG = Finished({1: 0.05, 2: 0.07, 3: 0.08, 4: 0.09, 5: 0.099}, 0.099)


def pruned(curve: dict[int, float], *finished: Finished, startup: int = 1, warmup: int = 2) -> bool:
    return is_below_median(curve, finished, startup=startup, warmup=warmup)


def test_a_training_that_had_stopped_counts_as_what_it_came_to() -> None:
    second_best = {1: 0.05, 2: 0.06, 3: 0.075, 4: 0.088}
    assert not pruned(second_best, STOPPED, STOPPED, LONG)
    # Alone, that which went on would have had it broken off.
    assert pruned(second_best, LONG)
    # And what is worse than a stopped one is no better for being longer.
    assert pruned({1: 0.06, 4: 0.066}, STOPPED, STOPPED, LONG)


def test_until_the_end_of_the_others_their_value_at_the_epoch_counts() -> None:
    assert not pruned({1: 0.05, 2: 0.05, 3: 0.051}, STOPPED, STOPPED)
    assert pruned({1: 0.04, 2: 0.04, 3: 0.049}, STOPPED, STOPPED)
    assert pruned({1: 0.05, 2: 0.05, 3: 0.051, 4: 0.052}, STOPPED, STOPPED)


def test_the_best_so_far_is_judged() -> None:
    assert not pruned({1: 0.09, 2: 0.01, 3: 0.01}, LONG)


def test_between_validations_the_last_one_counts() -> None:
    sparse = Finished({2: 0.05, 4: 0.07, 6: 0.09}, 0.09)
    assert not pruned({5: 0.071}, sparse)
    assert pruned({5: 0.069}, sparse)


def test_one_computed_at_once_counts_as_what_it_came_to() -> None:
    assert pruned({3: 0.01}, Finished({}, 0.02))


def test_warmup_and_startup() -> None:
    assert not pruned({1: 0.0, 2: 0.0}, LONG)
    assert pruned({1: 0.0, 2: 0.0, 3: 0.0}, LONG)
    assert not pruned({3: 0.0}, LONG, startup=2)


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=8), min_size=1, max_size=6),
    st.integers(1, 8),
)
def test_the_best_of_all_is_never_pruned(curves: list[list[float]], epochs: int) -> None:
    finished = [Finished(dict(enumerate(curve, 1)), max(curve)) for curve in curves]
    best = max(value for _, value in finished)
    assert not pruned(dict.fromkeys(range(1, epochs + 1), best), *finished, warmup=0)
