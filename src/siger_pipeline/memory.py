"""How much memory the engines of tables may take; what is left over goes to disk."""

import re
import tempfile
from typing import Final

AUTO: Final = "auto"
SIZE = re.compile(r"(\d+) ?([MG])i?B", re.IGNORECASE)
MIB = {"M": 1, "G": 1024}
LEAST = 256  # MiB

# In messages of DuckDB about the folder that takes what does not fit into memory.
OF_SPILLING = re.compile(r"duckdb_temp_|temp_directory|Failed to create directory|No space left")

_limit = AUTO


def checked(limit: object) -> str:
    """The value, if it is a size or `auto`.

    Raises:
        ValueError: it is neither.
    """
    if limit == AUTO:
        return AUTO
    if isinstance(limit, str) and SIZE.fullmatch(limit) and _mib(limit) >= LEAST:
        return limit
    raise ValueError(f"must be auto or a size of {LEAST} MiB or more, such as 3 GiB")


def use_memory(limit: str) -> None:
    """Let new connections of this process take so much.

    Args:
        limit: as of `checked`; `auto` leaves the choice to each engine's connection.
    """
    global _limit  # noqa: PLW0603, as the connections are global
    _limit = limit


def chosen_limit() -> str:
    """The limit of this process."""
    return _limit


def setting_behind(message: str) -> str | None:
    """Which setting an error of DuckDB is about, and its value; None where it is about none.

    Args:
        message: of the error.
    """
    if OF_SPILLING.search(message):
        return f"TMPDIR ({tempfile.gettempdir()}), the folder for what does not fit into memory"
    if message.startswith("Out of Memory Error"):
        return f"memory_limit ({_limit})"
    return None


def limit_mib() -> int | None:
    """The limit that was asked for, MiB; None where it was left open."""
    return None if _limit == AUTO else _mib(_limit)


def _mib(limit: str) -> int:
    found = SIZE.fullmatch(limit)
    assert found
    return int(found[1]) * MIB[found[2].upper()]
