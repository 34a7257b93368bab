"""The limit of memory of the engines of tables."""

from collections.abc import Iterator

import pytest

from siger_pipeline.datasets.duckdb import connection
from siger_pipeline.memory import checked, limit_mib, use_memory


@pytest.fixture(autouse=True)
def _auto_afterwards() -> Iterator[None]:
    yield
    use_memory("auto")


@pytest.mark.parametrize(("text", "mib"), [("3 GiB", 3072), ("512MB", 512), ("1gb", 1024)])
def test_sizes(text: str, mib: int) -> None:
    use_memory(checked(text))
    assert limit_mib() == mib


@pytest.mark.parametrize("value", ["100 MiB", "much", "3", 3, None, "-1 GiB"])
def test_what_is_no_size_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="must be auto or a size of 256 MiB or more"):
        checked(value)


def test_duckdb_takes_no_more() -> None:
    use_memory("300 MiB")
    found = connection().con.sql("SELECT current_setting('memory_limit')").fetchall()
    assert found == [("300.0 MiB",)]
    assert connection() is connection()
