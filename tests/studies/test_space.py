"""The points of a space."""

from itertools import product

from siger_pipeline.studies.search import Range
from siger_pipeline.studies.space import Axis, Space, as_key

LISTS = Space(
    (Axis("siger.beta", (0.1, 0.2)), Axis("train.patience", Range(low=5, high=11, step=3)))
)


def test_every_point_has_a_number() -> None:
    points = [LISTS.point(number) for number in range(LISTS.size or 0)]
    assert points == [
        {"siger.beta": beta, "train.patience": patience}
        for beta, patience in product((0.1, 0.2), (5, 8, 11))
    ]
    assert len(set(map(as_key, points))) == LISTS.size == 6


def test_ranges_without_a_step_have_no_end() -> None:
    assert Space((Axis("a", [1]), Axis("b", Range(low=0.0, high=1.0)))).size is None
    assert Space((Axis("b", Range(low=0.0, high=1.0, step=0.1)),)).size == 11
    assert Axis("b", Range(low=0.0, high=0.3, step=0.1)).listed() == [0.0, 0.1, 0.2, 0.3]
    assert Axis("b", Range(low=2, high=4)).listed() == [2, 3, 4]


def test_a_number_of_a_range_has_four_digits_and_stays_in_it() -> None:
    axis = Axis("a", Range(low=0.00123456, high=0.5, log=True))
    assert axis.rounded(0.0123456789) == 0.01235
    assert axis.rounded(0.001234561) == 0.001235
    assert Axis("a", Range(low=0.0012346, high=0.0012349)).rounded(0.0012347) == 0.0012349
    assert Axis("a", Range(low=0.0, high=0.3, step=0.1)).rounded(0.1 + 0.2) == 0.3
    assert Axis("a", Range(low=1, high=90000)).rounded(12345) == 12345
    assert Axis("a", [0.123456]).rounded(0.123456) == 0.123456
