import pytest

from kedro_fresh.phrases import duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (12.34, "12.3 s"), (59.97, "1 min 0 s"), (192, "3 min 12 s"),
     (3599.7, "1 h 0 min"), (7500, "2 h 5 min")],
)  # fmt: skip
def test_as_people_say_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text
