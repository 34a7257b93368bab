"""The awkward recommenders are plug-ins in the tests of this folder."""

from collections.abc import Iterator

import pytest

from contracts.plugged_in import awkward_models


@pytest.fixture(autouse=True)
def _awkward_models() -> Iterator[None]:
    with awkward_models():
        yield
