import pandas as pd
import pytest

from siger_pipeline.data.expected import require_sizes
from siger_pipeline.errors import InputError

COUNTS = pd.DataFrame({"users": [9, 40], "items": [9, 30], "interactions": [9, 335]})
SIZES = {"users": 40, "items": 30, "interactions": 335}


def test_the_last_row_is_compared() -> None:
    require_sizes(COUNTS, SIZES)
    require_sizes(COUNTS, None)


@pytest.mark.parametrize("size", SIZES)
def test_other_sizes_are_refused_with_both_named(size: str) -> None:
    with pytest.raises(InputError) as caught:
        require_sizes(COUNTS, {**SIZES, size: 1_000})
    assert "40 users, 30 items, 335 interactions, expected were" in str(caught.value)
    assert f"1,000 {size}" in str(caught.value)
