"""What the tests of fetching share."""

from collections.abc import Iterator

import pytest

from fetching.web import Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server
