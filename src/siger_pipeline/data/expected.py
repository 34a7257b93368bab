"""Whether the data are those that were meant, by their published sizes."""

from collections.abc import Mapping

import pandas as pd

from siger_pipeline.data.schema import Columns
from siger_pipeline.errors import InputError

SIZES = (Columns.USERS, Columns.ITEMS, Columns.INTERACTIONS)


def require_sizes(counts: pd.DataFrame, expected: Mapping[str, int] | None) -> None:
    """Refuse data of other sizes than those published.

    Args:
        counts: the last row is that of the data.
        expected: users, items, interactions; those that are named are compared. None: nothing is.

    Raises:
        InputError: it names the sizes found and those expected.
    """
    if not expected:
        return
    found = {size: int(counts[size].iloc[-1]) for size in SIZES}
    if all(found[size] == count for size, count in expected.items()):
        return
    raise InputError(
        f"after the k-core there are {_listed(found)}, expected were {_listed(expected)}: the raw"
        " files are not those that the environment is for, or not whole. Fetch them again, or set"
        " ingest.expect: null."
    )


def _listed(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{sizes[size]:,} {size}" for size in SIZES if size in sizes)
