"""Work spread over threads."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from siger_pipeline.graphs.threads import spread


@pytest.fixture(params=[1, 3])
def threads(request: pytest.FixtureRequest) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("size", [0, 1, 10, 11])
def test_spread_meets_every_place_once(size: int) -> None:
    met = np.zeros(size, dtype=int)

    def count(part: slice) -> None:
        assert part.stop - part.start <= 2
        met[part] += 1

    spread(count, size, 2)
    assert (met == 1).all()


@pytest.mark.usefixtures("threads")
def test_what_a_thread_raises_is_raised() -> None:
    def broken(part: slice) -> None:
        raise ValueError(part)

    with pytest.raises(ValueError, match="slice"):
        spread(broken, 10, 1)
