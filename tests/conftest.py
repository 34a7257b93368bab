"""What all tests share."""

from collections.abc import Iterator

import ibis
import pytest
import torch
from hypothesis import settings

# The matrices of tests are small: a second thread costs more than it gives.
torch.set_num_threads(1)
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")


@pytest.fixture(scope="session", autouse=True)
def _ibis_lets_go_of_duckdb() -> Iterator[None]:
    # Its default backend would outlive the interpreter, and DuckDB complains of that at exit.
    yield
    ibis.options.default_backend = None
